//! Work that is done later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Public id of a task: a `UUIDv7`, so that ids sort by time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub String);

impl std::fmt::Display for TaskId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a task is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// Waits for other tasks of its workflow.
    Blocked,
    /// Waits for its time or for a worker.
    Queued,
    /// A worker holds it, until its lease ends.
    Running,
    /// Done; has a result.
    Succeeded,
    /// Given up; waits for a person.
    Dead,
    /// Called off.
    Cancelled,
}

impl TaskState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Blocked, Self::Queued, Self::Running, Self::Succeeded, Self::Dead, Self::Cancelled];

    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads what [`TaskState::as_str`] wrote.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing more happens with it by itself.
    pub fn is_over(self) -> bool {
        match self {
            Self::Blocked | Self::Queued | Self::Running => false,
            Self::Succeeded | Self::Dead | Self::Cancelled => true,
        }
    }
}

/// How grave a line of a log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are called as everywhere")]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// A line of what was logged of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// In which attempt.
    pub attempt: u32,
    /// How grave it is.
    pub level: LogLevel,
    /// What was said.
    pub text: String,
}

/// One piece of work, with everything a person may want to know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Which workers take it.
    pub queue: String,
    /// What is to be done: `completeness.score`.
    pub kind: String,
    /// With what.
    pub payload: Value,
    /// Where it is in its life.
    pub state: TaskState,
    /// Tries so far.
    pub attempts: u32,
    /// Tries at most.
    pub max_attempts: u32,
    /// Not before then.
    pub due: Timestamp,
    /// When it was asked for.
    pub created: Timestamp,
    /// Last change of any kind.
    pub updated: Timestamp,
    /// `{"done", "total", "note"}`.
    pub progress: Option<Value>,
    /// The guest's own notes, for the next attempt.
    pub checkpoint: Option<Value>,
    /// What came of it.
    pub result: Option<Value>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// Whether someone asked to stop it.
    pub cancel_requested: bool,
    /// Who asked for it; none: the repository itself.
    pub created_by: Option<crate::UserId>,
    /// The trace in which it was asked for, if one was recorded.
    pub trace: Option<crate::TraceParent>,
    /// Tasks of a queue with the same key are done one after another, in the order of their ids.
    pub order_key: Option<String>,
    /// Whoever asks with the same key again is told of this task.
    pub idempotency_key: Option<String>,
    /// While it waits no other has this key. One that does not may lose it to another.
    pub unique_key: Option<String>,
    /// Its place in a workflow, if it is part of one.
    pub step: Option<crate::Step>,
}
