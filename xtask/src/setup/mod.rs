//! `cargo xtask setup`: the tools that checks need, at the versions that they need.
//!
//! A tool that is on the path in the right version is used as it is. Otherwise it goes into
//! `target/tools`: nothing outside the project changes, and nobody has to be root. Packages come
//! from package registries alone.

mod install;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, ensure};

use crate::process::read;
use crate::terminal::{say, spoken};

pub(crate) const CARGO_DENY: Tool =
    Tool { program: "cargo-deny", version: "0.20.2", sources: &[Source::Crate("cargo-deny")] };
pub(crate) const CARGO_MACHETE: Tool =
    Tool { program: "cargo-machete", version: "0.9.2", sources: &[Source::Crate("cargo-machete")] };
pub(crate) const TYPOS: Tool = Tool {
    program: "typos",
    version: "1.52.0",
    sources: &[Source::Wheel("typos"), Source::Crate("typos-cli")],
};

/// Where a tool comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// A Python package that carries the program, already built.
    Wheel(&'static str),
    /// A crate that is built here, which takes minutes.
    Crate(&'static str),
}

/// A program that a check runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    program: &'static str,
    version: &'static str,
    /// The first that works is taken.
    sources: &'static [Source],
}

/// Installs what is missing.
pub(crate) fn run() -> anyhow::Result<()> {
    for tool in [TYPOS, CARGO_MACHETE, CARGO_DENY] {
        let path = tool.path()?;
        say(&format!("setup: {} {} is {}", tool.program, tool.version, path.display()));
    }
    Ok(())
}

impl Tool {
    /// Where the program is, once it is there.
    pub(crate) fn path(&self) -> anyhow::Result<PathBuf> {
        if let Some(path) = self.found() {
            return Ok(path);
        }
        let started = Instant::now();
        say(&format!("setup: installing {} {} …", self.program, self.version));
        let mut errors = Vec::new();
        for source in self.sources {
            match install::from(*source, self.version) {
                Ok(()) if self.found().is_some() => break,
                Ok(()) => errors.push(format!("{source:?} does not bring this program")),
                Err(error) => errors.push(format!("{error:#}")),
            }
        }
        let path = self.found().with_context(|| {
            format!(
                "cannot install {} {}: {}; put it on the path yourself, and run this again",
                self.program,
                self.version,
                errors.join("; ")
            )
        })?;
        say(&format!("setup: {} took {}", self.program, spoken(started.elapsed())));
        Ok(path)
    }

    fn found(&self) -> Option<PathBuf> {
        let ours = install::folders().map(|folder| folder.join(self.program));
        let on_path = PathBuf::from(self.program);
        ours.into_iter().chain([on_path]).find(|path| self.is(path))
    }

    fn is(&self, path: &Path) -> bool {
        read(Command::new(path).arg("--version"))
            .and_then(|said| {
                ensure!(said.split_whitespace().any(|word| word == self.version));
                Ok(())
            })
            .is_ok()
    }
}
