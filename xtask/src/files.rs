//! Looking through the project's files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

/// All files under `folder` in the order of their paths, without what builds leave behind.
pub(crate) fn under(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, &mut found)?;
    found.sort_unstable();
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if !path.is_dir() {
            found.push(path);
        } else if path.file_name().is_some_and(|name| name != "target") {
            collect(&path, found)?;
        }
    }
    Ok(())
}

/// SHA-256 of a file, in hexadecimal.
pub(crate) fn digest(path: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(format!("{:x}", Sha256::digest(bytes)))
}

/// One digest of the names and contents of many files.
pub(crate) fn digest_all(paths: &[PathBuf]) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for path in paths {
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(digest(path)?);
    }
    Ok(format!("{:x}", hash.finalize()))
}

/// A path as it stands in the project, with `/` between its parts.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(crate::root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{digest_all, under};

    #[test]
    fn what_builds_leave_behind_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["target", "src"] {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("file"), name).unwrap();
        }

        assert_eq!(under(folder.path()).unwrap(), [folder.path().join("src/file")]);
    }

    #[test]
    fn a_changed_file_changes_the_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "one").unwrap();
        let before = digest_all(std::slice::from_ref(&path)).unwrap();

        fs::write(&path, "two").unwrap();

        assert_ne!(digest_all(&[path]).unwrap(), before);
    }
}
