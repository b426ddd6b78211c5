//! `cargo xtask bench`: measures the server, built for release.

use std::process::Command;

use crate::plugins;
use crate::process::{cargo, run as run_program};

/// Builds all that is measured, then measures; without names, everything.
pub(crate) fn run(names: &[String]) -> anyhow::Result<()> {
    plugins::build()?;
    let packages = ["--package", "repono-server", "--package", "repono-benches"];
    run_program(cargo().args(["build", "--release"]).args(packages))?;
    run_program(Command::new(crate::root().join("target/release/bench")).args(names))
}
