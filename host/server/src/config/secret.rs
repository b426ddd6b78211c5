//! Addresses that may hold a password.

use std::fmt;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize, Serializer};

/// A URL whose user and password are shown to nobody: neither logged nor printed.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As it was set.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// With the password that a file holds, if one is named.
    ///
    /// # Errors
    /// A sentence about the file or the URL.
    pub fn with_password_of(&self, file: &Path) -> anyhow::Result<String> {
        let Some(password) = password(file)? else { return Ok(self.0.clone()) };
        let mut url = url::Url::parse(&self.0).context("a URL in the configuration is wrong")?;
        if url.set_password(Some(&password)).is_err() {
            anyhow::bail!("a URL in the configuration has no place for a password");
        }
        Ok(url.into())
    }

    fn shown(&self) -> String {
        match url::Url::parse(&self.0) {
            Ok(mut url) if url.has_host() => {
                let hidden = url.password().is_some() && url.set_password(Some("…")).is_err();
                if hidden { "…".to_owned() } else { url.into() }
            }
            _ if self.0.is_empty() => String::new(),
            _ => "…".to_owned(),
        }
    }
}

/// What a password file holds, if one is named.
///
/// # Errors
/// A sentence about the file.
pub fn password(file: &Path) -> anyhow::Result<Option<String>> {
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    let password = std::fs::read_to_string(file)
        .with_context(|| format!("the password file {} cannot be read", file.display()))?;
    Ok(Some(password.trim_end_matches(['\n', '\r']).to_owned()))
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown(), f)
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        let secret = SecretUrl("postgres://repono:s3cret@db.example.org/repono".to_owned());

        let shown = format!("{secret:?} {}", serde_json::to_string(&secret).unwrap());

        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(shown.contains("db.example.org"), "{shown}");
        assert!(!format!("{:?}", SecretUrl("no url: s3cret".to_owned())).contains("s3cret"));
    }

    #[test]
    fn a_password_comes_from_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "p@ss/word\n").unwrap();
        let secret = SecretUrl("postgres://repono@db/repono".to_owned());

        let url = secret.with_password_of(file.path()).unwrap();

        assert_eq!(url, "postgres://repono:p%40ss%2Fword@db/repono");
    }
}
