//! `[mail]`

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::SecretUrl;

/// Whom letters to people are given to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct MailSection {
    pub url: SecretUrl,
    pub password_file: PathBuf,
    pub certificates: PathBuf,
    pub from: String,
    pub timeout_ms: u64,
    pub templates: PathBuf,
    pub language: String,
}

impl MailSection {
    /// How long it may take to hand a letter over.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}
