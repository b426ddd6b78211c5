//! What the project depends on.

use std::process::Command;

use super::all;
use crate::process::run;
use crate::setup::{CARGO_DENY, CARGO_MACHETE};
use crate::workspaces::Workspace;

/// Where to look. The SDK is left out: `cargo-machete` takes it for a part of the host's workspace.
const PLACES: [&str; 5] = ["host", "xtask", "tests", "benches", "plugins"];

pub(super) fn unused() -> anyhow::Result<()> {
    let mut command = Command::new(CARGO_MACHETE.path()?);
    command.current_dir(crate::root()).arg("--skip-target-dir").args(PLACES);
    run(&mut command)
}

/// Bans, licences and sources. Advisories are left out: their database is fetched from a network
/// that not every machine has; `cargo deny check advisories` looks them up where there is one.
pub(super) fn denied() -> anyhow::Result<()> {
    let cargo_deny = CARGO_DENY.path()?;
    all([Workspace::Host, Workspace::Plugins].map(|workspace| {
        let mut command = Command::new(&cargo_deny);
        command.current_dir(workspace.folder()).args(["--log-level", "error"]);
        command.arg("--config").arg(crate::root().join("deny.toml"));
        run(command.args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))
    }))
}
