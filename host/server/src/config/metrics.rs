//! `[metrics]`

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What Prometheus is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct MetricsSection {
    pub listen: String,
    pub count_s: u64,
}

impl MetricsSection {
    /// How often what waits is counted.
    pub fn count(&self) -> Duration {
        Duration::from_secs(self.count_s)
    }
}
