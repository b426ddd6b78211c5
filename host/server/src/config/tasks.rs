//! `[tasks]`

use std::time::Duration;

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
}

impl TasksSection {
    /// How often an idle worker looks.
    pub fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }
}
