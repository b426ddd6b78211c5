//! `[search]`

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::SecretUrl;

/// Where records are found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct SearchSection {
    pub url: SecretUrl,
    pub username: String,
    pub password_file: PathBuf,
    pub request_timeout_ms: u64,
    pub prefix: String,
    pub certificates: PathBuf,
    pub shards: u32,
    pub replicas: u32,
    pub refresh_ms: u64,
    pub bulk_bytes: usize,
    pub bulk_documents: usize,
    pub bulk_requests: usize,
}

impl SearchSection {
    /// How long a cluster's answer is waited for.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }

    /// How long the cluster may take until it shows what nobody waits for.
    pub fn refresh(&self) -> Duration {
        Duration::from_millis(self.refresh_ms)
    }
}
