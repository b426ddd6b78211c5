//! What is to be done after the transaction: promises to the search index, and tasks.

use repono_domain::{CollectionName, RecordId, Task, TaskState, TraceParent};
use repono_service::Result;

use crate::sql::preconditions::Precondition;
use crate::sql::script::{Mark, Script};
use crate::sql::statement::Value;

/// The process that writes a record also indexes it, right after the commit, and strikes the
/// promise out. Before this time is over the relay leaves the promise to it, and so does not do
/// the same work twice; what is left then was left by a crash or by a search engine that is down.
const HEAD_START_US: i64 = 2_000_000;

/// Adds a promise to the search index.
pub(super) fn promise(
    script: &mut Script,
    collection: &CollectionName,
    record: RecordId,
    trace: Option<TraceParent>,
    now: i64,
) {
    script
        .step("insert into outbox (collection, record, created, due_at, attempts, trace) values (?, ?, ?, ?, 0, ?)")
        .bind(collection.as_str())
        .bind(record)
        .bind(now)
        .bind(now + HEAD_START_US)
        .bind(trace)
        .mark(Mark::Promise);
}

/// Whoever stores a task that is due announces it right after the commit.
pub(in crate::sql) fn announced_at_once(due: i64, now: i64) -> Option<i64> {
    (due <= now).then_some(now)
}

pub(super) fn enqueue(script: &mut Script, task: &Task, now: i64) -> Result<()> {
    let due = task.due.as_microsecond();
    script
        .step(
            "insert into tasks (id, queue, kind, payload, state, attempts, max_attempts, due, created, updated, \
             progress, checkpoint, result, error, cancel_requested, created_by, trace, order_key, \
             idempotency_key, unique_key, wakes, announced) \
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(task.id.0.as_str())
        .bind(task.queue.as_str())
        .bind(task.kind.as_str())
        .bind(Value::json(&task.payload)?)
        .bind(task.state.as_str())
        .bind(task.attempts)
        .bind(task.max_attempts)
        .bind(due)
        .bind(task.created.as_microsecond())
        .bind(task.updated.as_microsecond())
        .bind(Value::json_if(task.progress.as_ref())?)
        .bind(Value::json_if(task.checkpoint.as_ref())?)
        .bind(Value::json_if(task.result.as_ref())?)
        .bind(task.error.as_deref())
        .bind(task.cancel_requested)
        .bind(task.created_by.map(|user| user.0))
        .bind(task.trace)
        .bind(task.order_key.as_deref())
        .bind(task.idempotency_key.as_deref())
        .bind(task.unique_key.as_deref())
        .bind((task.state == TaskState::Queued).then_some(due))
        .bind(announced_at_once(due, now))
        .unless_refused(Precondition::NewTask(task.id.clone()));
    if let Some(step) = &task.step {
        script
            .step("insert into workflow_steps (task, workflow, step) values (?, ?, ?)")
            .bind(task.id.0.as_str())
            .bind(step.workflow.0.as_str())
            .bind(Value::json(step)?)
            .unless_refused(Precondition::NewTask(task.id.clone()));
    }
    Ok(())
}
