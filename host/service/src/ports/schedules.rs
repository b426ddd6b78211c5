//! Schedules: what is asked for again and again, and what came of it.

use async_trait::async_trait;
use jiff::Timestamp;
use repono_domain::{LogLine, Schedule, Task, TaskId};

use crate::Result;

/// A task that a schedule has made.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The tick that it is for; none: somebody asked for it.
    pub tick: Option<Timestamp>,
    /// The task.
    pub task: Task,
}

/// What was logged of a task that a schedule has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunLog {
    /// The schedule's name.
    pub schedule: String,
    /// The task.
    pub task: TaskId,
    /// The oldest line first.
    pub lines: Vec<LogLine>,
}

/// The truth about schedules. They change by [`super::Change::InsertSchedule`] and its neighbours.
#[async_trait]
pub trait Schedules: Send + Sync {
    /// One schedule.
    async fn schedule(&self, name: &str) -> Result<Option<Schedule>>;

    /// All, by name.
    async fn schedules(&self) -> Result<Vec<Schedule>>;

    /// A task, if it is one of this schedule's.
    async fn run(&self, schedule: &str, task: &TaskId) -> Result<Option<Run>>;

    /// Its tasks, newest first, without the first `offset` of them.
    async fn runs(&self, schedule: &str, offset: u64, limit: u32) -> Result<Vec<Run>>;

    /// How many tasks it has made that are still kept.
    async fn count_runs(&self, schedule: &str) -> Result<u64>;

    /// What was logged of the tasks of all schedules, or of this one task: the newest `limit` tasks of which
    /// anything was, newest first.
    async fn run_logs(&self, task: Option<&TaskId>, limit: u32) -> Result<Vec<RunLog>>;
}
