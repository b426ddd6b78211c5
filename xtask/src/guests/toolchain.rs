//! What compiles guests, and how to get it.
//!
//! Tried in turn: the project's toolchain, if it has the target; the same, once rustup downloaded the
//! target; Debian's, if installed; the same, once installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context as _, bail, ensure};

use super::{TARGET, tell};

const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// Of the project's toolchain: Debian's own is a dangling link.
const RUST_LLD: &str = "lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld";

/// What compiles guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Toolchain {
    /// The project's own, which has the target or could download it.
    Rustup,
    /// Debian's newer Rust beside it, which builds the standard library from source. For machines
    /// where rustup cannot download.
    Debian,
}

impl Toolchain {
    /// Finds the first that works here, once, and installs it where that is possible.
    pub(crate) fn find() -> anyhow::Result<Self> {
        static FOUND: OnceLock<Toolchain> = OnceLock::new();

        if let Some(toolchain) = FOUND.get() {
            return Ok(*toolchain);
        }
        let toolchain = Self::search()?;
        Ok(*FOUND.get_or_init(|| toolchain))
    }

    fn search() -> anyhow::Result<Self> {
        let (toolchain, how) = if rustup_has_target() {
            (Self::Rustup, "the project's toolchain")
        } else if run_quietly("rustup", ["target", "add", TARGET]) {
            (Self::Rustup, "the project's toolchain, with the target just added")
        } else if debian_is_installed() {
            (Self::Debian, "Debian's rustc-web")
        } else if install_debian() {
            (Self::Debian, "Debian's rustc-web, just installed")
        } else {
            bail!(
                "no compiler for {TARGET}: run `rustup target add {TARGET}`, or on Debian, as root, \
                 `apt-get install {}`",
                DEBIAN_PACKAGES.join(" ")
            );
        };
        tell(&format!("guests: compiled by {how}"));
        Ok(toolchain)
    }

    pub(super) fn cargo(self) -> anyhow::Result<Command> {
        Ok(match self {
            Self::Rustup => Command::new("cargo"),
            Self::Debian => {
                let mut cargo = Command::new("/usr/bin/cargo");
                cargo.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1").env(
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER",
                    rustup_sysroot()?.join(RUST_LLD),
                );
                cargo
            }
        })
    }

    pub(super) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Rustup => &[],
            Self::Debian => &["-Zbuild-std=std,panic_abort"],
        }
    }
}

fn rustup_has_target() -> bool {
    rustup_sysroot()
        .is_ok_and(|sysroot| sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn rustup_sysroot() -> anyhow::Result<PathBuf> {
    let output = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .context("cannot start rustc")?;
    ensure!(output.status.success(), "rustc does not tell its sysroot");
    Ok(PathBuf::from(
        String::from_utf8(output.stdout).context("the sysroot is not text")?.trim_end(),
    ))
}

fn debian_is_installed() -> bool {
    ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/lib/rustlib/src/rust/library"]
        .iter()
        .all(|path| Path::new(path).exists())
}

fn install_debian() -> bool {
    Path::new("/usr/bin/apt-get").exists()
        && run_quietly("apt-get", ["update"])
        && run_quietly(
            "apt-get",
            ["install", "-y", "--no-install-recommends"].into_iter().chain(DEBIAN_PACKAGES),
        )
}

fn run_quietly<'a>(program: &str, arguments: impl IntoIterator<Item = &'a str>) -> bool {
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
