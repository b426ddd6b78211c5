//! `repono work`, `repono schedule`, `repono relay`

use crate::client::Global;
use crate::config::Flag;
use crate::roles::{self, Role};

const EXAMPLES: &str = "\
It needs what the nodes share: a database and a search engine as services. Examples:
  repono serve --alone --config /etc/repono.toml
  repono relay --config /etc/repono.toml --data /var/lib/repono-relay
  repono work --config /etc/repono.toml --data /var/lib/repono-work --listen 127.0.0.1:8081

Each process has a data folder of its own, for compiled plugins. Stop it with Ctrl-C or SIGTERM.";

/// A process with one role
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Where it tells how it is: /health/live, /health/ready [default: a free port of 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What to log: error, warn, info, debug, or by module [default: info]
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
}

pub(super) fn run(global: &Global, args: Args, role: Role) -> anyhow::Result<()> {
    let listen = args.listen.unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let mut flags: Vec<Flag> = vec![("server.listen", listen.into())];
    flags.extend(global.log_flag(args.log));
    let config = global.settings(&flags)?;
    roles::apart(&config, role)?;
    roles::run(config, role.as_str(), [role].into())
}
