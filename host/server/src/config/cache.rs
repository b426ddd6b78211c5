//! `[cache]`

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::SecretUrl;

/// What is kept in memory.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct CacheSection {
    pub url: SecretUrl,
    pub password_file: PathBuf,
    pub prefix: String,
    pub timeout_ms: u64,
    pub max_bytes: u64,
    pub render_ttl_s: u64,
}

impl CacheSection {
    /// How long a server's answer is waited for.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How long rendered records are kept.
    pub fn render_ttl(&self) -> Duration {
        Duration::from_secs(self.render_ttl_s)
    }
}
