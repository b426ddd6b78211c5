//! Tasks.

pub(crate) mod cancel;
pub(crate) mod enqueue;
pub(crate) mod kinds;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod read;
pub(crate) mod retry;

use repono_domain::{Task, TaskId};
use repono_service::records::time;
use serde_json::{Value, json};
use utoipa::IntoParams;

/// `/api/admin/tasks/{id}…`
#[derive(IntoParams, serde::Deserialize)]
#[into_params(parameter_in = Path)]
pub(crate) struct TaskPath {
    /// A task.
    id: String,
}

impl From<TaskPath> for TaskId {
    fn from(path: TaskPath) -> Self {
        Self(path.id)
    }
}

pub(super) fn shown(task: &Task) -> Value {
    json!({
        "id": task.id,
        "queue": task.queue,
        "kind": task.kind,
        "payload": task.payload,
        "state": task.state.as_str(),
        "attempts": task.attempts,
        "max_attempts": task.max_attempts,
        "due": time(task.due),
        "created": time(task.created),
        "updated": time(task.updated),
        "progress": task.progress,
        "checkpoint": task.checkpoint,
        "result": task.result,
        "error": task.error,
        "cancel_requested": task.cancel_requested,
        "idempotency_key": task.idempotency_key,
        "created_by": task.created_by.map(|user| user.to_string()),
        "workflow": task.step.as_ref().map(|step| json!({
            "id": step.workflow,
            "name": step.name,
            "after": step.after,
            "even_if_failed": step.even_if_failed,
        })),
    })
}
