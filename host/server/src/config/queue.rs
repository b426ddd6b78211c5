//! `[queue]`

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::SecretUrl;

/// What carries word of tasks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct QueueSection {
    pub url: SecretUrl,
    pub password_file: PathBuf,
    pub certificates: PathBuf,
    pub prefix: String,
    pub timeout_ms: u64,
    pub visibility_s: u32,
    pub refill_s: u32,
}

impl QueueSection {
    /// How long a broker's answer is waited for.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How long a worker that is not heard of keeps what a broker gave it.
    pub fn visibility(&self) -> Duration {
        Duration::from_secs(self.visibility_s.into())
    }

    /// After how long a broker is told again.
    pub fn refill(&self) -> SignedDuration {
        SignedDuration::from_secs(self.refill_s.into())
    }
}
