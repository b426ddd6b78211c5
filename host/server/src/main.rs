//! The program `repono`.

use std::process::ExitCode;

fn main() -> ExitCode {
    repono_server::main(std::env::args_os())
}
