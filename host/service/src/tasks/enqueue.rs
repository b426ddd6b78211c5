//! Asking for work to be done.

use repono_domain::{Task, TaskState};
use serde_json::Value;

use super::kinds;
use crate::ports::Change;
use crate::{Context, Error, Result};

/// The longest payload, in bytes of JSON.
const MAX_PAYLOAD: usize = 256 << 10;

/// Queues a task of the repository or of a plugin in force, after its payload has been checked. For administrators.
///
/// # Errors
/// `NotFound` for an unknown kind, naming those there are; `InvalidDocument` for a payload that its
/// schema refuses.
#[tracing::instrument(name = "tasks.enqueue", skip_all, fields(task.kind = kind))]
pub async fn enqueue(ctx: &Context, kind: &str, payload: Value) -> Result<Task> {
    let task = prepare(ctx, kind, payload)?;
    ctx.database.write(vec![Change::Enqueue(task.clone())]).await?;
    ctx.queue.announce(std::slice::from_ref(&task));
    Ok(task)
}

/// A task as it is to be stored, and then announced. For administrators.
///
/// # Errors
/// As those of [`enqueue`].
pub fn prepare(ctx: &Context, kind: &str, payload: Value) -> Result<Task> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    check(ctx, kind, &payload)?;
    let active = ctx.active.load_full();
    let known = kinds::find(ctx, &active, kind)?;
    let now = ctx.clock.now();
    Ok(Task {
        id: ctx.ids.task(),
        queue: known.queue().to_owned(),
        kind: kind.to_owned(),
        payload,
        state: TaskState::Queued,
        attempts: 0,
        max_attempts: known.kind.max_attempts.clamp(1, 100),
        due: now,
        created: now,
        updated: now,
        progress: None,
        checkpoint: None,
        result: None,
        error: None,
        cancel_requested: false,
        created_by: ctx.caller.user(),
        trace: ctx.traces.current(),
        order_key: None,
    })
}

/// Whether a task of this kind could be queued with this payload.
///
/// # Errors
/// As those of [`enqueue`].
pub fn check(ctx: &Context, kind: &str, payload: &Value) -> Result<()> {
    let active = ctx.active.load_full();
    let known = kinds::find(ctx, &active, kind)?;
    if payload.to_string().len() > MAX_PAYLOAD {
        return Err(Error::TooLarge(format!("The payload is longer than {MAX_PAYLOAD} bytes.")));
    }
    let schema =
        crate::collections::Schema::compile(&known.kind.payload_schema).map_err(|why| {
            Error::Internal(format!("the payload of {kind} cannot be checked: {why}"), None)
        })?;
    let problems = schema.problems("/payload", payload, &ctx.terms.load());
    if problems.is_empty() { Ok(()) } else { Err(Error::InvalidDocument(problems)) }
}

/// Whether there is such a kind.
pub fn is_kind(ctx: &Context, kind: &str) -> bool {
    kinds::find(ctx, &ctx.active.load(), kind).is_ok()
}
