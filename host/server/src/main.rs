//! The program `repono`.

use std::process::ExitCode;

/// Documents are made of many small pieces, which this one hands out and takes back several times as
/// fast as the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    repono_server::main(std::env::args_os())
}
