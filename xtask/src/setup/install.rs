//! Bringing a tool into `target/tools`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use super::Source;
use crate::process::{cargo, read, run};

/// Where programs are after an installation.
pub(super) fn folders() -> [PathBuf; 2] {
    [tools().join("bin"), python().join("bin")]
}

pub(super) fn from(source: Source, version: &str) -> anyhow::Result<()> {
    match source {
        Source::Wheel(package) => wheel(package, version),
        Source::Crate(package) => build(package, version),
    }
}

/// Into a folder rather than into an environment: Debian's Python cannot make one without a package
/// that only root could install.
fn wheel(package: &str, version: &str) -> anyhow::Result<()> {
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--upgrade",
        "--no-deps",
        "--only-binary",
        ":all:",
    ]);
    pip.arg("--target").arg(python()).arg(format!("{package}=={version}"));
    read(&mut pip).map(drop)
}

/// Quick to build rather than quick to run: each runs for seconds at most.
fn build(package: &str, version: &str) -> anyhow::Result<()> {
    let mut install = cargo();
    install.args(["install", "--quiet", "--locked", "--force"]);
    install.arg("--root").arg(tools()).arg(format!("{package}@{version}"));
    install.env("CARGO_TARGET_DIR", tools().join("build"));
    install.env("CARGO_PROFILE_RELEASE_LTO", "off");
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    run(&mut install)?;
    // Half a gigabyte that nothing needs again.
    fs::remove_dir_all(tools().join("build")).context("cannot remove what the build left behind")
}

fn tools() -> PathBuf {
    crate::root().join("target/tools")
}

fn python() -> PathBuf {
    tools().join("python")
}
