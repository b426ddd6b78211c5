//! `cargo xtask test`: the tests, without external services or with them.

mod services;
mod tally;
mod tested_with;

use std::time::Instant;

use anyhow::bail;

use crate::workspaces::Workspace;
use crate::{plugins, terminal};

use services::Scope;
use tally::{Tally, count};

/// Which tests are run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Those that need services, after starting them: the first of each kind, or, one after
    /// another, all.
    #[arg(long, value_name = "WHICH", num_args = 0..=1, default_missing_value = "first")]
    services: Option<Scope>,
}

/// Runs what was chosen.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    match options.services {
        None => without_services(),
        Some(scope) => services::run(scope),
    }
}

/// Runs the tests of the host, of the plugins and of the SDK, all of them even if some fail.
fn without_services() -> anyhow::Result<()> {
    let started = Instant::now();
    plugins::build()?;

    let mut sum = Tally::default();
    let mut failed = Vec::new();
    for workspace in [Workspace::Host, Workspace::Plugins] {
        let (tally, succeeded) = test(workspace)?;
        sum.add(&tally);
        if !succeeded {
            failed.push(workspace.name());
        }
    }

    terminal::print(&format!("\nall tests took {}", terminal::spoken(started.elapsed())));
    terminal::print(&sum.to_string());
    if !failed.is_empty() {
        bail!("tests of these workspaces failed or did not compile: {}", failed.join(", "));
    }
    Ok(())
}

fn test(workspace: Workspace) -> anyhow::Result<(Tally, bool)> {
    terminal::print(&format!("\n=== tests of {} ===", workspace.name()));
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--workspace", "--no-fail-fast"]);
    count(&mut cargo)
}
