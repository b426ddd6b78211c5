//! `[database]`

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::SecretUrl;

/// Where records are kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct DatabaseSection {
    pub url: SecretUrl,
    pub password_file: PathBuf,
    pub connections: u32,
    pub acquire_timeout_ms: u64,
    pub answer_timeout_ms: u64,
}

impl DatabaseSection {
    /// How long a connection is waited for.
    pub fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }

    /// How long an answer may take.
    pub fn answer_timeout(&self) -> Duration {
        Duration::from_millis(self.answer_timeout_ms)
    }
}
