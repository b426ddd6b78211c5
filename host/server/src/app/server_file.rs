//! `server.json`: how commands find the server that runs on a data folder.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

const FILE: &str = "server.json";

/// Where the server is, and the secret that lets the folder's owner do everything.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ServerFile {
    pub url: String,
    pub pid: u32,
    pub secret: String,
    #[serde(skip)]
    path: PathBuf,
}

impl ServerFile {
    /// Writes the file, readable by its owner alone, in place of one that was left behind.
    pub(crate) fn write(folder: &Path, url: &str, secret: &str) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let server =
            Self { url: url.to_owned(), pid: std::process::id(), secret: secret.to_owned(), path };
        let new = folder.join(format!("{FILE}.new"));
        fs::remove_file(&new).unwrap_or_default();
        let written =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).and_then(
                |mut file| {
                    file.write_all(serde_json::to_string_pretty(&server)?.as_bytes())?;
                    fs::rename(&new, &server.path)
                },
            );
        written.with_context(|| format!("{} cannot be written", server.path.display()))?;
        Ok(server)
    }

    /// What the file says. It may have been left behind: look whether the folder is held.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(folder.join(FILE)).ok()?).ok()
    }

    pub(super) fn remove(&self) {
        fs::remove_file(&self.path).unwrap_or_else(|error| {
            tracing::warn!("{} cannot be removed: {error}", self.path.display());
        });
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "left behind").unwrap();

        let written = ServerFile::write(folder.path(), "http://127.0.0.1:1", "secret").unwrap();

        let mode = fs::metadata(&written.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(ServerFile::read(folder.path()).unwrap().secret, "secret");
        written.remove();
        assert!(ServerFile::read(folder.path()).is_none());
    }
}
