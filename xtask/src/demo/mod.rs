//! `cargo xtask demo`: a server with real records in it, and five things to try.

mod address;
mod records;
mod server;
mod tour;

use anyhow::Context as _;

use crate::process::{cargo, run as run_program};
use crate::terminal::say;
use crate::{files, plugins};

use server::Server;

/// How the demo is built, and when it ends.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Builds for speed, which takes longer.
    #[arg(long)]
    release: bool,
    /// Ends once the records are loaded.
    #[arg(long)]
    exit: bool,
}

/// Builds everything, starts a server, loads the records and says what to try.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    plugins::build()?;
    let program = build(options)?;

    let data = crate::root().join("target/demo/data");
    std::fs::create_dir_all(&data).with_context(|| format!("cannot create {}", data.display()))?;
    let server = Server::start(&program, &data, &address::free()?)?;
    let token = records::load(&server)?;
    tour::print(&server, &token);

    if options.exit { server.stop() } else { server.wait() }
}

fn build(options: &Options) -> anyhow::Result<std::path::PathBuf> {
    say("demo: building the server; the first time takes minutes");
    let mut build = cargo();
    build.args(["build", "--package", "repono-server"]);
    if options.release {
        build.arg("--release");
    }
    run_program(&mut build)?;
    let folder = if options.release { "release" } else { "debug" };
    let program = crate::root().join("target").join(folder).join("repono");
    say(&format!("demo: the server is {}", files::shown(&program)));
    Ok(program)
}
