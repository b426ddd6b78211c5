//! Embeds the plugins that have been built, so that one file is a whole repository.
//!
//! Which they are is decided when this is compiled: every `*.wasm` in `target/plugins`, or in
//! `REPONO_PLUGINS_DIR`. None is no error: the program then says so when it starts.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = folder();
    println!("cargo::rerun-if-env-changed=REPONO_PLUGINS_DIR");
    println!("cargo::rerun-if-changed={}", folder.display());

    // Cargo would build this package anew each time if what it is to watch were not there.
    fs::create_dir_all(&folder)?;
    let entries = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path()));
    let mut plugins: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
    plugins.retain(|path| path.extension().is_some_and(|extension| extension == "wasm"));
    plugins.sort();

    let mut list = Vec::new();
    writeln!(list, "&[")?;
    for path in &plugins {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let asks = asks(&fs::read(path)?);
        let path = path.display().to_string();
        writeln!(
            list,
            "    Embedded {{ name: {name:?}, asks: &{asks:?}, bytes: include_bytes!({path:?}) }},"
        )?;
    }
    writeln!(list, "]")?;
    fs::write(PathBuf::from(variable("OUT_DIR")).join("embedded.rs"), list)
}

/// Host interfaces that a plugin may ask for.
const CAPABILITIES: [&str; 3] = ["records", "kv", "fetch"];

/// Those that a component imports: their names stand in it as they are.
fn asks(component: &[u8]) -> Vec<&'static str> {
    let is_there = |capability: &&str| {
        let name = format!("repono:plugin/{capability}@");
        component.windows(name.len()).any(|window| window == name.as_bytes())
    };
    CAPABILITIES.into_iter().filter(is_there).collect()
}

fn folder() -> PathBuf {
    match env::var_os("REPONO_PLUGINS_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&variable("CARGO_MANIFEST_DIR")).join("../../target/plugins"),
    }
}

fn variable(name: &str) -> std::ffi::OsString {
    env::var_os(name).unwrap_or_default()
}
