//! `repono config`

use serde_json::json;

use crate::client::Global;
use crate::{config, output};

const EXAMPLES: &str = "\
Examples:
  repono config default > repono.toml          every setting with its default and what it means
  repono config show --config repono.toml      what holds, environment included
  REPONO_SERVER__LISTEN=0.0.0.0:80 repono config show";

/// Prints the settings
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Prints what holds for this folder, file and environment
    Show,
    /// Prints the commented default, to start a configuration from
    Default,
}

pub(super) fn run(global: &Global, command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Show => {
            let config = global.settings(&[])?;
            if global.json {
                output::json(&serde_json::to_value(config)?)?;
            } else {
                output::raw(&toml::to_string(&config)?)?;
            }
        }
        Command::Default if global.json => output::json(&json!(config::Config::default()))?,
        Command::Default => output::raw(config::DEFAULT)?,
    }
    Ok(())
}
