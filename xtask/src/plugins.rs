//! `cargo xtask plugins`: components of all plugins and of the tests' guests.
//!
//! A stamp beside the components says what they were built of, so that nothing is built twice.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::guests::{self, Toolchain};
use crate::workspaces::Workspace;
use crate::{files, terminal};

const BUILDS: [(Workspace, &str); 2] =
    [(Workspace::Plugins, "target/plugins"), (Workspace::Guests, "target/test-guests")];

/// Builds what is not up to date, with the first toolchain that works.
pub(crate) fn build() -> anyhow::Result<()> {
    each(|workspace, out_dir| {
        let sources = sources(workspace)?;
        if is_built_of(out_dir, &sources) {
            terminal::say(&format!("{}: up to date", files::shown(out_dir)));
            return Ok(());
        }
        let components = guests::build(&workspace.folder(), out_dir)?;
        stamp(out_dir, &sources, &components)
    })
}

/// Builds everything with a toolchain of choice.
pub(crate) fn build_with(toolchain: Toolchain) -> anyhow::Result<()> {
    each(|workspace, out_dir| {
        let sources = sources(workspace)?;
        let components = guests::build_with(toolchain, &workspace.folder(), out_dir)?;
        stamp(out_dir, &sources, &components)
    })
}

/// One that fails does not keep the other from being built.
fn each(mut build_one: impl FnMut(Workspace, &Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let results = BUILDS.map(|(workspace, out_dir)| {
        build_one(workspace, &crate::root().join(out_dir))
            .with_context(|| format!("cannot build {out_dir}"))
    });
    results.into_iter().collect()
}

/// Digest of all that a component may be made of.
fn sources(workspace: Workspace) -> anyhow::Result<String> {
    let root = crate::root();
    let mut paths = Vec::new();
    for folder in [&workspace.folder(), &root.join("sdk"), &root.join("wit")] {
        paths.extend(files::under(folder)?);
    }
    paths.extend(files::under(&root.join("xtask/src/guests"))?);
    files::digest_all(&paths)
}

fn is_built_of(out_dir: &Path, sources: &str) -> bool {
    let Ok(stamp) = fs::read_to_string(stamp_path(out_dir)) else { return false };
    let mut lines = stamp.lines();
    lines.next() == Some(sources) && lines.all(|name| out_dir.join(name).exists())
}

/// Notes what the components were built of, and removes those of guests that are no more.
fn stamp(out_dir: &Path, sources: &str, components: &[PathBuf]) -> anyhow::Result<()> {
    let names: Vec<_> = components.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    for path in files::under(out_dir)? {
        if path.extension() == Some(OsStr::new("wasm")) && !components.contains(&path) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    let path = stamp_path(out_dir);
    fs::write(&path, format!("{sources}\n{}\n", names.join("\n")))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn stamp_path(out_dir: &Path) -> PathBuf {
    out_dir.join("stamp")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{is_built_of, stamp};

    #[test]
    fn what_was_built_of_the_same_sources_is_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let component = folder.path().join("minerals.wasm");
        fs::write(&component, "").unwrap();

        stamp(folder.path(), "abc", std::slice::from_ref(&component)).unwrap();

        assert!(is_built_of(folder.path(), "abc"));
        assert!(!is_built_of(folder.path(), "xyz"));
        fs::remove_file(component).unwrap();
        assert!(!is_built_of(folder.path(), "abc"));
    }

    #[test]
    fn components_of_guests_that_are_no_more_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old.wasm");
        fs::write(&old, "").unwrap();

        stamp(folder.path(), "abc", &[]).unwrap();

        assert!(!old.exists());
    }
}
