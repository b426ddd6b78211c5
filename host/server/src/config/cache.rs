//! `[cache]`

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What is kept in memory.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct CacheSection {
    pub max_bytes: u64,
    pub render_ttl_s: u64,
}

impl CacheSection {
    /// How long rendered records are kept.
    pub fn render_ttl(&self) -> Duration {
        Duration::from_secs(self.render_ttl_s)
    }
}
