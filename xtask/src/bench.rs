//! `cargo xtask bench`: measures the server, built for release.

use std::process::Command;

use crate::plugins;
use crate::process::{cargo, run as run_program};
use crate::services::{self, TABLE};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// All if nothing is named.
    names: Vec<String>,
    /// What needs PostgreSQL, OpenSearch and brokers, which are started; without names, all of that and
    /// nothing else.
    #[arg(long)]
    services: bool,
}

/// Services that are measured with.
const SERVICES: [&str; 4] = ["postgresql", "opensearch", "rabbitmq", "redis"];

/// Builds all that is measured, then measures.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut bench = Command::new(crate::root().join("target/release/bench"));
    bench.args(&options.names);
    if options.services {
        let services: Vec<_> =
            TABLE.iter().filter(|service| SERVICES.contains(&service.name)).collect();
        services::up(&services)?;
        for service in services {
            bench.arg(format!("--{}", service.name)).arg(service.url());
        }
    }
    plugins::build()?;
    let packages = ["--package", "repono-server", "--package", "repono-benches"];
    run_program(cargo().args(["build", "--release"]).args(packages))?;
    run_program(&mut bench)
}
