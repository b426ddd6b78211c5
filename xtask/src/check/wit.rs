//! Released versions of the plugin contract never change: plugins were built against them.
//!
//! `wit/frozen.toml` has a table for each released folder, with a digest for each of its files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::files;
use crate::terminal::say;

const HEAD: &str = "# SHA-256 of every file of a released contract. Written by `cargo xtask freeze-wit`, which only adds.\n\n";

/// Folder → file → digest.
type Digests = BTreeMap<String, BTreeMap<String, String>>;

pub(super) fn check() -> anyhow::Result<()> {
    let wit = crate::root().join("wit");
    let differences = differences(&frozen(&wit)?, &present(&wit)?);
    ensure!(differences.is_empty(), "{}", differences.join("; "));
    Ok(())
}

/// Freezes the versions that are not frozen yet. Those that are stay as they were.
pub(crate) fn freeze() -> anyhow::Result<()> {
    let wit = crate::root().join("wit");
    let mut frozen = frozen(&wit)?;
    for (folder, digests) in present(&wit)? {
        frozen.entry(folder.clone()).or_insert_with(|| {
            say(&format!("wit: {folder} is frozen now"));
            digests
        });
    }
    let text = toml::to_string(&frozen).context("cannot write digests as TOML")?;
    fs::write(wit.join("frozen.toml"), format!("{HEAD}{text}"))
        .context("cannot write wit/frozen.toml")
}

fn frozen(wit: &Path) -> anyhow::Result<Digests> {
    let text =
        fs::read_to_string(wit.join("frozen.toml")).context("cannot read wit/frozen.toml")?;
    toml::from_str(&text).context("wit/frozen.toml is not as `cargo xtask freeze-wit` writes it")
}

/// The folders in `wit/`, one for each version.
fn present(wit: &Path) -> anyhow::Result<Digests> {
    let mut digests = Digests::new();
    for path in files::under(wit)? {
        let inner = path.strip_prefix(wit)?.to_string_lossy().replace('\\', "/");
        if let Some((folder, file)) = inner.split_once('/') {
            digests
                .entry(folder.to_owned())
                .or_default()
                .insert(file.to_owned(), files::digest(&path)?);
        }
    }
    Ok(digests)
}

/// A sentence for each frozen file that is not as it was.
fn differences(frozen: &Digests, present: &Digests) -> Vec<String> {
    let none = BTreeMap::new();
    let mut sentences = Vec::new();
    for (folder, frozen) in frozen {
        let present = present.get(folder).unwrap_or(&none);
        for (file, digest) in frozen {
            match present.get(file) {
                None => sentences.push(format!("wit/{folder}/{file} is gone")),
                Some(now) if now != digest => {
                    sentences.push(format!("wit/{folder}/{file} has changed"));
                }
                Some(_) => {}
            }
        }
        let added = present.keys().filter(|file| !frozen.contains_key(*file));
        sentences.extend(added.map(|file| format!("wit/{folder}/{file} is new")));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::{Digests, differences};

    fn digests(folder: &str, files: &[(&str, &str)]) -> Digests {
        let files = files.iter().map(|(file, digest)| ((*file).to_owned(), (*digest).to_owned()));
        Digests::from([(folder.to_owned(), files.collect())])
    }

    #[test]
    fn a_frozen_file_that_is_not_as_it_was_is_named() {
        let frozen = digests("plugin-1.0.0", &[("a.wit", "1"), ("b.wit", "2"), ("c.wit", "3")]);
        let present = digests("plugin-1.0.0", &[("a.wit", "1"), ("b.wit", "x"), ("d.wit", "4")]);

        assert_eq!(
            differences(&frozen, &present),
            [
                "wit/plugin-1.0.0/b.wit has changed",
                "wit/plugin-1.0.0/c.wit is gone",
                "wit/plugin-1.0.0/d.wit is new"
            ]
        );
    }

    #[test]
    fn a_version_that_is_not_released_may_change() {
        let present = digests("plugin-1.1.0", &[("a.wit", "1")]);

        assert!(differences(&Digests::new(), &present).is_empty());
    }
}
