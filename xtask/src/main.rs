//! `cargo xtask`: what the project does that cargo alone does not.
//!
//! One module a command. CI calls the same commands as everybody else.

mod bench;
mod check;
mod demo;
mod files;
mod guests;
mod plugins;
mod process;
mod services;
mod setup;
mod terminal;
mod test;
mod workspaces;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use guests::Toolchain;

#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Command {
    /// Starts a server with embedded backends and real records in it.
    Demo(demo::Options),
    /// Runs every test that needs no external service, or those that need some.
    Test(test::Options),
    /// Checks everything that needs no test run; reports all that it finds.
    Check(check::Options),
    /// Measures the server, built for speed, beside what its backends could do at most.
    Bench(bench::Options),
    /// Builds the plugins, and the guests of the tests, into WebAssembly components.
    Plugins {
        /// Instead of the first that works; builds even what is up to date.
        #[arg(long)]
        toolchain: Option<Toolchain>,
    },
    /// Real databases, search engines and caches on this machine, for tests.
    #[command(subcommand)]
    Services(services::Command),
    /// Installs the tools that `check` needs, at the versions that it needs.
    Setup,
    /// Writes the digests of contract versions that have none into wit/frozen.toml.
    FreezeWit,
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Plugins { toolchain: None } => plugins::build(),
        Command::Plugins { toolchain: Some(toolchain) } => plugins::build_with(toolchain),
        Command::Services(command) => services::run(command),
        Command::Setup => setup::run(),
        Command::FreezeWit => check::freeze_wit(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
