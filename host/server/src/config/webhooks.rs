//! `[webhooks]`

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use repono_service::webhooks::Patience;
use serde::{Deserialize, Serialize};

/// What receivers of webhooks may be and do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct WebhooksSection {
    pub trusted_hosts: BTreeSet<String>,
    pub certificates: PathBuf,
    pub timeout_ms: u64,
    pub disable_after: NonZeroU32,
    pub pause_ms: u64,
    pub longest_pause_ms: u64,
    pub lifetime_h: u32,
    pub most_waiting: NonZeroU32,
}

impl WebhooksSection {
    /// How long an answer may take.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How long receivers are waited for.
    pub fn patience(&self) -> Patience {
        Patience {
            failures: self.disable_after.get(),
            pause: Duration::from_millis(self.pause_ms),
            longest_pause: Duration::from_millis(self.longest_pause_ms),
            lifetime: Duration::from_hours(self.lifetime_h.into()),
            most_waiting: self.most_waiting.get(),
        }
    }
}
