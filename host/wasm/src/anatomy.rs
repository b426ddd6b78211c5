//! What a file is, before anything is compiled.

use repono_service::ports::Refusal;
use wasmparser::{
    BinaryReaderError, CanonicalFunction, CanonicalOption, Encoding, Parser, Payload,
};
use wasmtime::Engine;

/// The names at a component's outside.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Anatomy {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

const MAGIC: &[u8] = b"\0asm";

/// Reads a component's imports and exports.
pub(crate) fn dissect(bytes: &[u8]) -> Result<Anatomy, Refusal> {
    check_kind(bytes)?;

    let mut anatomy = Anatomy::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| invalid(&error))? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(core_module());
            }
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(imports) if depth == 1 => {
                for import in imports {
                    anatomy
                        .imports
                        .push(import.map_err(|error| invalid(&error))?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(exports) if depth == 1 => {
                for export in exports {
                    anatomy
                        .exports
                        .push(export.map_err(|error| invalid(&error))?.name.name.to_owned());
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                for function in functions {
                    check_encoding(&function.map_err(|error| invalid(&error))?)?;
                }
            }
            _ => {}
        }
    }
    Ok(anatomy)
}

fn check_kind(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.starts_with(MAGIC) {
        return Ok(());
    }
    Err(Refusal(
        if Engine::detect_precompiled(bytes).is_some() || bytes.starts_with(b"\x7fELF") {
            "is compiled code: bring the .wasm component, the server compiles it itself"
        } else if bytes.trim_ascii_start().starts_with(b"(") {
            "is WebAssembly text: bring the binary component"
        } else {
            "is not WebAssembly: a plugin is a .wasm component"
        }
        .to_owned(),
    ))
}

fn core_module() -> Refusal {
    Refusal(
        "is a core module, not a component: build it with Repono's SDK and `repono plugin build`, or encode it with wit-component"
            .to_owned(),
    )
}

fn invalid(error: &BinaryReaderError) -> Refusal {
    Refusal(format!(
        "is not a whole WebAssembly component: {} (at byte {})",
        error.message(),
        error.offset()
    ))
}

/// Text crosses as UTF-8; every other encoding would be copied twice for each call.
fn check_encoding(function: &CanonicalFunction) -> Result<(), Refusal> {
    let (CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. }) =
        function
    else {
        return Ok(());
    };
    if options
        .iter()
        .any(|option| matches!(option, CanonicalOption::UTF16 | CanonicalOption::CompactUTF16))
    {
        return Err(Refusal("passes text as UTF-16: build it with text as UTF-8".to_owned()));
    }
    Ok(())
}
