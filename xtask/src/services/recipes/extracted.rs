//! A server of another Debian release, with all the libraries that it needs, in a folder.
//!
//! It is run by the loader of that release, so it needs no root directory of its own. apt has
//! checked every package's signature.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use super::Place;
use crate::process::run;
use crate::terminal::say;

const FOLDER: &str = "system";

/// Where a package comes from.
#[derive(Clone, Copy)]
pub(crate) enum Release {
    Trixie,
    Sid,
}

impl Release {
    fn name(self) -> &'static str {
        match self {
            Self::Trixie => "trixie",
            Self::Sid => "sid",
        }
    }
}

pub(crate) struct Extracted {
    pub(crate) release: Release,
    pub(crate) package: &'static str,
}

impl Extracted {
    pub(super) const PACKAGES: &'static [&'static str] = &["mmdebstrap"];

    pub(super) fn prepare(&self, place: &Place) -> anyhow::Result<()> {
        if place.has(FOLDER) {
            return Ok(());
        }
        let release = self.release.name();
        say(&format!("services: unpacking {} of Debian {release} …", self.package));
        // Only what is whole gets the name.
        let unfinished = place.path("system.unfinished");
        if place.has("system.unfinished") {
            fs::remove_dir_all(&unfinished).context("cannot remove what an earlier try left")?;
        }
        let mut extract = Command::new("mmdebstrap");
        extract.args(["--quiet", "--variant=extract", "--include", self.package]);
        extract.arg("--aptopt=APT::Install-Recommends \"false\"");
        // A mirror that stands still for a while is still signed.
        extract.arg("--aptopt=Acquire::Check-Valid-Until \"false\"");
        run(extract.args([release, &unfinished]))?;
        fs::rename(&unfinished, place.path(FOLDER)).context("cannot name what was unpacked")
    }
}

/// What was unpacked, by its path in the release.
pub(super) fn path(place: &Place, name: &str) -> String {
    place.path(&format!("{FOLDER}/{name}"))
}

/// The words that run one of its programs.
pub(super) fn program(place: &Place, name: &str) -> Vec<String> {
    run_by_its_loader(place, Path::new(&path(place, name)))
}

/// The same, of a program by its whole path.
pub(super) fn run_by_its_loader(place: &Place, program: &Path) -> Vec<String> {
    let architecture = std::env::consts::ARCH;
    let loader = match architecture {
        "aarch64" => "usr/lib/ld-linux-aarch64.so.1",
        _ => "usr/lib64/ld-linux-x86-64.so.2",
    };
    let libraries = path(place, &format!("usr/lib/{architecture}-linux-gnu"));
    vec![path(place, loader), "--library-path".to_owned(), libraries, program.display().to_string()]
}
