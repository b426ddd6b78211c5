//! Tasks: the truth about them, and who works on which.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use repono_domain::{LogLine, Task, TaskId, TaskState, UserId};
use serde_json::Value;

use super::broker::{Delivery, Notice};
use crate::Result;

/// A task in a worker's hands.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The task, `attempts` counting this one.
    pub task: Task,
    /// Names this claim.
    pub receipt: String,
    /// How a broker brought it; acknowledged once the claim is settled.
    pub delivery: Option<Delivery>,
}

/// Which tasks a person asks for. `None` means any.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    /// In this state.
    pub state: Option<TaskState>,
    /// On this queue.
    pub queue: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Of this workflow.
    pub workflow: Option<TaskId>,
    /// Older than this one.
    pub before: Option<TaskId>,
    /// At most so many, newest first.
    pub limit: u32,
}

/// A task that is over, as whoever tidies up sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its id.
    pub id: TaskId,
    /// When it was asked for.
    pub created: Timestamp,
    /// Last change of any kind.
    pub updated: Timestamp,
}

/// A task as those see it that begin after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Predecessor {
    /// Its id.
    pub task: TaskId,
    /// Where it is in its life.
    pub state: TaskState,
    /// What came of it.
    pub result: Option<Value>,
    /// Why it failed.
    pub error: Option<String>,
}

/// What a queue has still to see to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The queue.
    pub queue: String,
    /// Tasks in the hands of workers, or of workers that have fallen silent.
    pub running: u64,
    /// Of those, tasks of workers that have fallen silent.
    pub silent: u64,
    /// Tasks that wait for their time or for a worker.
    pub waiting: u64,
    /// When the first of those that wait is due, or was. None: nothing waits.
    pub first_due: Option<Timestamp>,
    /// Tasks that were given up and wait for a person.
    pub dead: u64,
}

/// That a queue hands out nothing, as an operator wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// The queue.
    pub queue: String,
    /// Since when.
    pub since: Timestamp,
    /// Who paused it; none: whoever is at home on the server.
    pub by: Option<UserId>,
    /// What for.
    pub why: Option<String>,
}

/// The truth about tasks. Brokers only carry ids. New ones come by [`super::Change::Enqueue`].
///
/// Whatever ends a task of a workflow, here or in a [`Queue`], decides in the same transaction what
/// becomes of those that wait for it, as [`repono_domain::decide`] says.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// One task.
    async fn task(&self, id: &TaskId) -> Result<Option<Task>>;

    /// The task that was asked for with this key, whatever has become of it.
    async fn task_with_key(&self, idempotency_key: &str) -> Result<Option<Task>>;

    /// The task that waits and has this key. One that has it and does not wait gives it up.
    async fn waiting_with(&self, unique_key: &str) -> Result<Option<Task>>;

    /// Tasks, newest first.
    async fn tasks(&self, filter: &TaskFilter) -> Result<Vec<Task>>;

    /// Notes how far it is.
    async fn progress(&self, id: &TaskId, progress: &Value) -> Result<()>;

    /// Keeps the guest's notes for the next attempt; durable when it answers.
    async fn checkpoint(&self, id: &TaskId, state: &Value) -> Result<()>;

    /// What was logged of a task, the oldest line first. Nothing of one that is not there.
    async fn task_log(&self, id: &TaskId) -> Result<Vec<LogLine>>;

    /// Keeps these lines in place of all that were kept. Nothing happens to one that is not there.
    async fn keep_task_log(&self, id: &TaskId, lines: &[LogLine]) -> Result<()>;

    /// Asks a task to stop; one that does not run is cancelled at once. False if it was over already.
    async fn cancel(&self, id: &TaskId) -> Result<bool>;

    /// Queues a dead or cancelled task anew, with all its attempts. False if it is neither. One of a
    /// workflow waits for those before it first, and what was ended because of it waits for it again.
    async fn revive(&self, id: &TaskId) -> Result<bool>;

    /// Those of these tasks that are there, in no order.
    async fn predecessors(&self, ids: &[TaskId]) -> Result<Vec<Predecessor>>;

    /// Up to `limit` tasks in this state, which is one of those that are over, in the order of their
    /// ids: those after `after`.
    async fn ended(
        &self,
        state: TaskState,
        after: Option<&TaskId>,
        limit: u32,
    ) -> Result<Vec<Ended>>;

    /// Removes those of these tasks that are still in this state, and have been since `before`.
    /// Answers how many. None is removed of a workflow of which anything waits or runs, or is dead while
    /// this state is another.
    async fn forget_tasks(
        &self,
        ids: &[TaskId],
        state: TaskState,
        before: Timestamp,
    ) -> Result<u64>;

    /// Tasks by queue and state.
    async fn depths(&self) -> Result<Vec<(String, TaskState, u64)>>;

    /// How many tasks wait in a queue, for others, for their time or for a worker.
    async fn waiting(&self, queue: &str) -> Result<u64>;

    /// What is to be seen to, by queue. Reads no task that is over.
    async fn backlogs(&self) -> Result<Vec<Backlog>>;

    /// How many tasks were given up since `from` and before `until`, and have not been tried again: by
    /// kind.
    async fn given_up(&self, from: Timestamp, until: Timestamp) -> Result<Vec<(String, u64)>>;

    /// Queues that are paused, by name.
    async fn pauses(&self) -> Result<Vec<Pause>>;
}

/// What whoever works with a broker asks of the truth about tasks (ADR 14).
#[async_trait]
pub trait Announcements: Send + Sync {
    /// As [`Queue::claim`], of these tasks and no others.
    async fn claim_these(&self, ids: &[TaskId], lease: SignedDuration) -> Result<Vec<Claimed>>;

    /// Queues that have ever had a task.
    async fn queues(&self) -> Result<Vec<String>>;

    /// Whether any task of this queue could be claimed within `ahead`. None can of one that is paused.
    async fn any_due(&self, queue: &str, ahead: SignedDuration) -> Result<bool>;

    /// Up to `limit` tasks of this queue, the oldest first, that could be claimed within `ahead` and
    /// of which brokers were told nothing, or nothing for longer than `silence` after they became
    /// due. From now on they count as announced.
    async fn unannounced(
        &self,
        queue: &str,
        ahead: SignedDuration,
        silence: SignedDuration,
        limit: u32,
    ) -> Result<Vec<Notice>>;

    /// Takes back that brokers were told of these tasks.
    async fn not_announced(&self, ids: &[TaskId]) -> Result<()>;

    /// Takes back that brokers were told of anything that waits in this queue.
    async fn none_announced(&self, queue: &str) -> Result<()>;

    /// Tasks of a workflow that could be claimed now and of which brokers were told nothing. From now
    /// on they count as announced.
    async fn begun(&self, workflow: &TaskId) -> Result<Vec<Notice>>;

    /// The first task of this order that is not over, if it could be claimed now.
    async fn next_in_order(&self, queue: &str, order_key: &str) -> Result<Option<Notice>>;
}

/// Hands tasks to workers: each to one at a time, at least once.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Tells workers of tasks that were just stored. It waits for nothing and promises nothing: who
    /// is not told finds out by looking.
    fn announce(&self, tasks: &[Task]);

    /// Ends when these queues may have something to claim, after `patience` at the latest. It may
    /// end for no reason, and may be given up at any time.
    async fn wait(&self, queues: &[String], patience: Duration);

    /// Tells workers again of what is due and was not heard of. Answers of how many.
    async fn refill(&self) -> Result<u64>;

    /// Takes up to `limit` tasks of these queues that are due, of earlier queues first. A task whose
    /// worker neither ends nor [extends](Queue::extend) its claim within `lease` is handed out again.
    /// One with an order key is not handed out before all that came before it in that order are over.
    async fn claim(
        &self,
        queues: &[String],
        limit: u32,
        lease: SignedDuration,
    ) -> Result<Vec<Claimed>>;

    /// Hands out nothing of a queue from when it answers, in no process. Who has a task goes on with
    /// it, and new ones are stored. A queue that is paused already stays so since then, for the new
    /// reason.
    async fn pause(&self, pause: &Pause) -> Result<()>;

    /// Hands out a queue's tasks again, and tells workers of them. False if it was not paused.
    async fn resume(&self, queue: &str) -> Result<bool>;

    /// Cancels all that waits in a queue, paused or not, for this reason. Answers how many tasks. Who
    /// has a task goes on with it; what is stored later stays.
    async fn purge(&self, queue: &str, why: &str) -> Result<u64>;

    /// Keeps a task for another `lease`. True if someone asked it to stop.
    async fn extend(&self, claimed: &Claimed, lease: SignedDuration) -> Result<bool>;

    /// It is done.
    async fn succeed(&self, claimed: &Claimed, result: &Value) -> Result<()>;

    /// It stopped because it was asked to.
    async fn stopped(&self, claimed: &Claimed) -> Result<()>;

    /// Try again at `at`, for this reason; not an attempt when there is none.
    async fn again(&self, claimed: &Claimed, at: Timestamp, why: Option<&str>) -> Result<()>;

    /// Give up, for this reason: a person will look.
    async fn bury(&self, claimed: &Claimed, why: &str) -> Result<()>;
}
