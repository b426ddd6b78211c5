//! `repono compile-plugin`, which the server runs to compile a plugin in a process of its own.

use std::path::PathBuf;

/// Compiles a plugin for this server; used by the server itself
#[derive(clap::Args)]
pub(super) struct Args {
    input: PathBuf,
    output: PathBuf,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    Ok(repono_wasm::compile_file(&args.input, &args.output)?)
}
