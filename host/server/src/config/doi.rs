//! `[doi]`

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::SecretUrl;

/// DOIs that are minted here, and where they are registered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct DoiSection {
    pub prefix: String,
    pub resolver: String,
    pub url: SecretUrl,
    pub password_file: PathBuf,
    pub certificates: PathBuf,
    pub timeout_ms: u64,
}

impl DoiSection {
    /// How long the agency may take to answer.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}
