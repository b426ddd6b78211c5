//! `[search]`

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How the search index follows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct SearchSection {
    pub wait_ms: u64,
    pub relay_poll_ms: u64,
}

impl SearchSection {
    /// How long an answer waits for the index.
    pub fn wait(&self) -> Duration {
        Duration::from_millis(self.wait_ms)
    }

    /// How often the relay looks.
    pub fn relay_poll(&self) -> Duration {
        Duration::from_millis(self.relay_poll_ms)
    }
}
