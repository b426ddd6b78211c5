//! The data folder, and the lock that says whose it is.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ServerFile;
use crate::failure::{Code, failure};

const LOCK: &str = "repono.lock";
const FORMAT: &str = "format";

/// Of the data folder as a whole. A program that finds a higher one keeps its hands off.
const CURRENT_FORMAT: u32 = 1;

/// A data folder that is this process's until it is dropped.
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// Who holds a data folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub pid: u32,
    /// The command: `serve`.
    pub purpose: String,
}

impl DataDir {
    /// Makes the folder if there is none, and takes it.
    ///
    /// # Errors
    /// One sentence: not a folder, read-only, full, in use (and by whom), made by a newer version.
    pub(crate) fn take(path: &Path, purpose: &str) -> anyhow::Result<Self> {
        let trouble = |error| trouble(path, &error);
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(trouble)?;
        let path = std::path::absolute(path).map_err(trouble)?;
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join(LOCK))
            .map_err(trouble)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use(&path, &mut lock)),
            Err(TryLockError::Error(error)) => return Err(trouble(error)),
        }
        check_format(&path)?;
        let owner =
            serde_json::to_vec(&Owner { pid: std::process::id(), purpose: purpose.to_owned() })?;
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| lock.write_all(&owner))
            .map_err(trouble)?;
        Ok(Self { path, _lock: lock })
    }

    /// Who holds the folder at this moment, if anybody does.
    pub(crate) fn holder(path: &Path) -> Option<Owner> {
        let mut lock = File::open(path.join(LOCK)).ok()?;
        match lock.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(owner(&mut lock)),
            _ => None,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn owner(lock: &mut File) -> Owner {
    let mut text = String::new();
    let read = lock.read_to_string(&mut text).ok().and_then(|_| serde_json::from_str(&text).ok());
    read.unwrap_or(Owner { pid: 0, purpose: "another program".to_owned() })
}

fn in_use(path: &Path, lock: &mut File) -> anyhow::Error {
    let Owner { pid, purpose } = owner(lock);
    let whom = match ServerFile::read(path) {
        Some(server) => format!("`repono serve` (process {}) at {}", server.pid, server.url),
        None => format!("`repono {purpose}` (process {pid})"),
    };
    failure(
        Code::Conflict,
        format!(
            "the data folder {} is in use by {whom}: stop it, or use another folder with --data",
            path.display()
        ),
    )
}

fn check_format(path: &Path) -> anyhow::Result<()> {
    let file = path.join(FORMAT);
    let found = match std::fs::read_to_string(&file) {
        Ok(text) => text.trim().parse::<u32>().unwrap_or(0),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return std::fs::write(&file, format!("{CURRENT_FORMAT}\n"))
                .map_err(|error| trouble(path, &error));
        }
        Err(error) => return Err(trouble(path, &error)),
    };
    if found > CURRENT_FORMAT {
        let sentence = format!(
            "the data folder {} was made by a newer version of Repono: run that version, or a newer one",
            path.display()
        );
        return Err(failure(Code::Failed, sentence));
    }
    Ok(())
}

/// What an error of the file system means to an operator.
fn trouble(path: &Path, error: &io::Error) -> anyhow::Error {
    let path = path.display();
    let (code, sentence) = match error.kind() {
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => (
            Code::Failed,
            format!("the data folder {path} is not a folder: name another with --data"),
        ),
        ErrorKind::ReadOnlyFilesystem => (
            Code::Unavailable,
            format!("the data folder {path} is on a read-only file system: mount it for writing"),
        ),
        ErrorKind::PermissionDenied => (
            Code::Unavailable,
            format!(
                "the data folder {path} cannot be written to by this user: look at its owner and its rights"
            ),
        ),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            Code::Unavailable,
            format!("the disk of the data folder {path} is full: make room first"),
        ),
        _ => (Code::Unavailable, format!("the data folder {path} cannot be used: {error}")),
    };
    failure(code, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::code;

    #[test]
    fn a_folder_is_one_holders_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataDir::take(folder.path(), "serve").unwrap();

        let second = DataDir::take(folder.path(), "import").err().unwrap();

        assert_eq!(code(&second), Code::Conflict);
        assert!(
            second
                .to_string()
                .contains(&format!("`repono serve` (process {})", std::process::id())),
            "{second}"
        );
        assert!(DataDir::holder(folder.path()).is_some());
        drop(first);
        assert!(DataDir::holder(folder.path()).is_none());
        DataDir::take(folder.path(), "import").unwrap();
    }

    #[test]
    fn a_file_in_its_place_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data");
        std::fs::write(&file, "").unwrap();

        let error = DataDir::take(&file, "serve").err().unwrap();

        assert!(error.to_string().contains("is not a folder"), "{error}");
    }

    #[test]
    fn a_folder_of_a_newer_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FORMAT), "2\n").unwrap();

        let error = DataDir::take(folder.path(), "serve").err().unwrap();

        assert_eq!(code(&error), Code::Failed);
        assert!(error.to_string().contains("newer version"), "{error}");
    }
}
