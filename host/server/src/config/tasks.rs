//! `[tasks]`

use std::time::Duration;

use repono_service::KeptTasks;
use serde::{Deserialize, Serialize};

/// How work is done in the background.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct TasksSection {
    pub workers: usize,
    pub queues: Vec<String>,
    pub poll_ms: u64,
    pub scheduled: bool,
    pub keep_days: u32,
    pub keep_dead_days: u32,
}

impl TasksSection {
    /// How often an idle worker looks.
    pub fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }

    /// How long tasks are kept that are over.
    pub fn kept(&self) -> KeptTasks {
        let days = |days: u32| (days > 0).then(|| Duration::from_hours(24 * u64::from(days)));
        KeptTasks { keep: days(self.keep_days), keep_dead: days(self.keep_dead_days) }
    }
}
