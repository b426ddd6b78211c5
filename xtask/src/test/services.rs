//! `cargo xtask test --services`: the tests that need real servers.

use std::process::Command;
use std::time::Instant;

use anyhow::bail;

use super::tally::count;
use super::tested_with::{self, Tested};
use crate::process::cargo;
use crate::services::{self, Service, TABLE};
use crate::{plugins, terminal};

/// Which services are tested with.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Scope {
    /// The first of each kind, together.
    First,
    /// These, and then every service alone; docs/tested-with.md is written anew.
    All,
}

pub(super) fn run(scope: Scope) -> anyhow::Result<()> {
    plugins::build()?;
    with_the_first()?;
    match scope {
        Scope::First => Ok(()),
        Scope::All => with_each(),
    }
}

/// A variable that is set names a server of somebody else's, which is used as it is.
fn with_the_first() -> anyhow::Result<()> {
    let started = Instant::now();
    let (given, ours): (Vec<_>, Vec<_>) = services::first_of_each_kind()
        .into_iter()
        .partition(|service| std::env::var_os(service.variable).is_some());
    services::up(&ours)?;

    terminal::print("\n=== tests with services ===");
    for service in &given {
        terminal::print(&format!("{}: as it was set", service.variable));
    }
    let mut cargo = cargo();
    cargo.args(["test", "--no-fail-fast", "--features", "services"]);
    cargo.args(["--package", "repono-adapters", "--package", "repono-tests"]);
    for service in &ours {
        let version = services::version(service)?;
        terminal::print(&format!("{}: {} {version}", service.variable, service.name));
        cargo.env(service.variable, service.url());
    }
    let (tally, succeeded) = count(&mut cargo)?;

    terminal::print(&format!("\ntests with services took {}", terminal::spoken(started.elapsed())));
    terminal::print(&tally.to_string());
    if !succeeded {
        bail!("tests with services failed or did not compile");
    }
    Ok(())
}

/// One after another: search engines are large.
fn with_each() -> anyhow::Result<()> {
    let all: Vec<_> = TABLE.iter().collect();
    services::down(&all)?;
    let mut passed = Vec::new();
    let mut failed = Vec::new();
    for service in all {
        let Some(suite) = service.suite else { continue };
        services::up(&[service])?;
        let tested = with(service, suite);
        services::down(&[service])?;
        match tested {
            Ok(tested) => passed.push(tested),
            Err(error) => failed.push(format!("{}: {error:#}", service.name)),
        }
    }
    tested_with::write(&passed)?;
    if !failed.is_empty() {
        bail!("not passed: {}", failed.join("; "));
    }
    Ok(())
}

fn with(service: &'static Service, word: &str) -> anyhow::Result<Tested> {
    let version = services::version(service)?;
    terminal::print(&format!("\n=== {word} with {} {version} ===", service.name));
    let (tally, succeeded) = count(&mut suite(service, word))?;
    if !succeeded {
        bail!("tests failed or did not compile: {tally}");
    }
    if tally.passed == 0 {
        bail!("there is no test of it: no name has the word {word}");
    }
    Ok(Tested { service: service.name, version, passed: tally.passed })
}

fn suite(service: &Service, word: &str) -> Command {
    let mut cargo = cargo();
    cargo.args(["test", "--no-fail-fast", "--features", "services"]);
    cargo.args(["--package", "repono-adapters", "--lib", word]);
    cargo.env(service.variable, service.url());
    cargo
}
