//! Builds a cargo workspace of guests into WebAssembly components.
//!
//! Guests have target folders of their own, as a compiler that shares one with another rebuilds its
//! work every time.

mod toolchain;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use wit_component::ComponentEncoder;

pub(crate) use toolchain::Toolchain;

const TARGET: &str = "wasm32-unknown-unknown";

/// Builds every `cdylib` of a workspace and writes `{out_dir}/{name}.wasm` for each.
///
/// One that does not compile fails the build, but only after the others are written.
pub(crate) fn build(workspace_dir: &Path, out_dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    build_with(Toolchain::find()?, workspace_dir, out_dir)
}

/// Like [`build`], with a toolchain of choice.
pub(crate) fn build_with(
    toolchain: Toolchain,
    workspace_dir: &Path,
    out_dir: &Path,
) -> anyhow::Result<Vec<PathBuf>> {
    fs::create_dir_all(out_dir).with_context(|| format!("cannot create {}", out_dir.display()))?;

    let Compiled { modules, all } = compile(toolchain, workspace_dir)?;
    let components =
        modules.iter().map(|module| encode(module, out_dir)).collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(all, "not all guests in {} compile", workspace_dir.display());
    ensure!(!components.is_empty(), "{} has no cdylib to build", workspace_dir.display());
    Ok(components)
}

struct Compiled {
    modules: Vec<Module>,
    all: bool,
}

struct Module {
    name: String,
    path: PathBuf,
}

fn compile(toolchain: Toolchain, workspace_dir: &Path) -> anyhow::Result<Compiled> {
    let output = toolchain
        .cargo()?
        .args(["build", "--release", "--keep-going", "--workspace", "--lib", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics"])
        .args(toolchain.arguments())
        .arg("--target-dir")
        .arg(target_dir(toolchain))
        .current_dir(workspace_dir)
        // What is meant for the host's compiler is not meant for the guests'.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo for the guests")?;

    let messages = String::from_utf8(output.stdout).context("cargo's messages are not text")?;
    let mut modules: Vec<Module> = messages.lines().filter_map(module).collect();
    modules.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Compiled { modules, all: output.status.success() })
}

/// Reads one message of cargo; most are of other things.
fn module(message: &str) -> Option<Module> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_cdylib =
        message["target"]["crate_types"].as_array()?.iter().any(|kind| kind == "cdylib");
    let path = message["filenames"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .find(|name| is_wasm(name))?;
    is_cdylib.then_some(())?;
    Some(Module {
        name: message["target"]["name"].as_str()?.replace('_', "-"),
        path: PathBuf::from(path),
    })
}

fn is_wasm(name: &str) -> bool {
    Path::new(name).extension() == Some(OsStr::new("wasm"))
}

fn encode(module: &Module, out_dir: &Path) -> anyhow::Result<PathBuf> {
    let bytes =
        fs::read(&module.path).with_context(|| format!("cannot read {}", module.path.display()))?;
    let component = ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(ComponentEncoder::encode)
        .with_context(|| format!("{} does not become a component", module.name))?;

    let path = out_dir.join(&module.name).with_extension("wasm");
    let partial = path.with_extension("wasm.partial");
    fs::write(&partial, &component)
        .with_context(|| format!("cannot write {}", partial.display()))?;
    fs::rename(&partial, &path).with_context(|| format!("cannot write {}", path.display()))?;
    tell(&format!("guests: {} ({} KB)", path.display(), component.len() / 1000));
    Ok(path)
}

fn target_dir(toolchain: Toolchain) -> PathBuf {
    let folder = match toolchain {
        Toolchain::Rustup => "rustup",
        Toolchain::Debian => "debian",
    };
    crate::root().join("target/guests").join(folder)
}

#[expect(clippy::print_stderr, reason = "the person at the terminal waits")]
fn tell(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::module;

    #[test]
    fn a_cdylib_becomes_a_component_with_hyphens_in_its_name() {
        let message = r#"{"reason":"compiler-artifact","target":{"name":"specimens_1_0","crate_types":["cdylib","rlib"]},
            "filenames":["/t/libspecimens_1_0.rlib","/t/specimens_1_0.wasm"]}"#;

        let module = module(message).unwrap();

        assert_eq!(module.name, "specimens-1-0");
        assert_eq!(module.path.to_str(), Some("/t/specimens_1_0.wasm"));
    }

    #[test]
    fn other_messages_of_cargo_are_passed_over() {
        let library = r#"{"target":{"name":"repono_sdk","crate_types":["lib"]},"filenames":["/t/librepono_sdk.rlib"]}"#;

        assert!(module(library).is_none());
        assert!(module(r#"{"reason":"build-finished","success":true}"#).is_none());
        assert!(module("not JSON").is_none());
    }
}
