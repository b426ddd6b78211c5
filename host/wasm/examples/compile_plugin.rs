//! A compiler for `WasmRuntimeConfig::compiler`: all that such a command has to do.

use std::env::args_os;
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = args_os().skip(1).map(PathBuf::from);
    let (Some(input), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("give it an input and an output".into());
    };
    Ok(repono_wasm::compile_file(&input, &output)?)
}
