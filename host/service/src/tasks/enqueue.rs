//! Asking for work to be done.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use repono_domain::{Problem, Task, TaskState};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::kinds::{self, Known};
use super::store;
use crate::ports::Change;
use crate::{Context, Error, Result, queues};

/// The longest payload, in bytes of JSON.
const MAX_PAYLOAD: usize = 256 << 10;
/// The longest key, in bytes.
const MAX_KEY: usize = 255;
/// A task begins so much later at most: ten years.
const LATEST: SignedDuration = SignedDuration::from_hours(3653 * 24);
/// So often is tried at most to be the first with a key, or to find who was.
const TRIES: u32 = 10;

/// What is to be done, and how it is asked for.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Which kind of work.
    pub kind: String,
    /// With what.
    pub payload: Value,
    /// When.
    pub start: Start,
    /// Whether there may be such a task already.
    pub only: Only,
}

/// When a task may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At once.
    Now,
    /// Not before then. The past is now.
    NotBefore(Timestamp),
    /// Not before so much time has passed.
    After(Duration),
}

/// What a task is the only one of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// Of nothing: it is a task of its own.
    Itself,
    /// Of all that were ever asked for with this key: whoever repeats a request is told of its task, as
    /// long as that is kept.
    WithKey(String),
    /// Of those that wait with the same kind and payload: if one does, it will do.
    Waiting,
}

/// A task, and whether it was made for this request.
#[derive(Clone, Debug)]
pub struct Enqueued {
    /// As it is now.
    pub task: Task,
    /// Whether there was none before.
    pub is_new: bool,
}

impl NewTask {
    /// Work that is to begin at once, whatever else there is.
    pub fn new(kind: impl Into<String>, payload: Value) -> Self {
        Self { kind: kind.into(), payload, start: Start::Now, only: Only::Itself }
    }
}

/// Queues a task of the repository or of a plugin in force, after its payload has been checked.
/// For administrators.
///
/// # Errors
/// `NotFound` for an unknown kind, naming those there are; `InvalidDocument` for a payload that its
/// schema refuses, a time too far away, or a key that is none; `Conflict` for a key that was another
/// task's; `Full` if too much waits in its queue.
#[tracing::instrument(name = "tasks.enqueue", skip_all, fields(task.kind = asked.kind))]
pub async fn enqueue(ctx: &Context, asked: NewTask) -> Result<Enqueued> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let task = new_task(ctx, &asked)?;
    for _ in 0..TRIES {
        if let Some(task) = there_already(ctx, &task).await? {
            return Ok(Enqueued { task, is_new: false });
        }
        queues::let_in(ctx, &task.queue).await?;
        match store(ctx, vec![Change::Enqueue(task.clone())]).await {
            Ok(_) => return Ok(Enqueued { task, is_new: true }),
            // Someone else was first with the key.
            Err(Error::Conflict(_)) if asked.only != Only::Itself => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::Conflict("Too many ask for the same task at the same time; try again.".to_owned()))
}

/// A task as it is to be stored; its queue has room for it. For administrators.
///
/// # Errors
/// As those of [`enqueue`].
pub async fn prepare(ctx: &Context, kind: &str, payload: Value) -> Result<Task> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let task = new_task(ctx, &NewTask::new(kind, payload))?;
    queues::let_in(ctx, &task.queue).await?;
    Ok(task)
}

/// Whether a task of this kind could be queued with this payload.
///
/// # Errors
/// As those of [`enqueue`].
pub fn check(ctx: &Context, kind: &str, payload: &Value) -> Result<()> {
    let active = ctx.active.load();
    refuse_payload(ctx, &kinds::find(ctx, &active, kind)?, payload)
}

/// Whether there is such a kind.
pub fn is_kind(ctx: &Context, kind: &str) -> bool {
    kinds::find(ctx, &ctx.active.load(), kind).is_ok()
}

/// What was asked for before in a way that this request is the same, or needs no other.
async fn there_already(ctx: &Context, task: &Task) -> Result<Option<Task>> {
    if let Some(key) = &task.idempotency_key {
        let there = ctx.database.task_with_key(key).await?;
        return match there {
            Some(there) if there.kind != task.kind || there.payload != task.payload => {
                Err(Error::Conflict(format!(
                    "The key {key:?} was given to another task before, {}, of another kind or with another payload; use a new key.",
                    there.id
                )))
            }
            there => Ok(there),
        };
    }
    match &task.unique_key {
        Some(key) => ctx.database.waiting_with(key).await,
        None => Ok(None),
    }
}

/// A task as it is to be stored, whoever asks and however much waits already: for what the repository
/// owes to a change that it stores with it.
///
/// # Errors
/// As those of [`enqueue`].
pub(crate) fn new_task(ctx: &Context, asked: &NewTask) -> Result<Task> {
    let active = ctx.active.load();
    let known = kinds::find(ctx, &active, &asked.kind)?;
    refuse_payload(ctx, &known, &asked.payload)?;
    let now = ctx.clock.now();
    let (idempotency_key, unique_key) = match &asked.only {
        Only::Itself => (None, None),
        Only::WithKey(key) => {
            let key = checked_key(key).map_err(|problem| Error::InvalidDocument(vec![problem]))?;
            (Some(key), None)
        }
        Only::Waiting => (None, Some(unique_key(asked))),
    };
    Ok(Task {
        id: ctx.ids.task(),
        queue: known.queue().to_owned(),
        kind: asked.kind.clone(),
        payload: asked.payload.clone(),
        state: TaskState::Queued,
        attempts: 0,
        max_attempts: known.kind.max_attempts.clamp(1, 100),
        due: due(asked.start, now)?,
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
        idempotency_key,
        unique_key,
        step: None,
    })
}

fn refuse_payload(ctx: &Context, known: &Known<'_>, payload: &Value) -> Result<()> {
    if payload.to_string().len() > MAX_PAYLOAD {
        return Err(Error::TooLarge(format!("The payload is longer than {MAX_PAYLOAD} bytes.")));
    }
    let schema = crate::collections::Schema::compile(&known.kind.payload_schema);
    let schema = schema.map_err(|why| {
        let kind = known.name();
        Error::Internal(format!("the payload of {kind} cannot be checked: {why}"), None)
    })?;
    let problems = schema.problems("/payload", payload, &ctx.terms.load());
    if problems.is_empty() { Ok(()) } else { Err(Error::InvalidDocument(problems)) }
}

/// An idempotency key, if it is one.
pub(crate) fn checked_key(key: &str) -> Result<String, Problem> {
    let is_key = (1..=MAX_KEY).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if is_key {
        return Ok(key.to_owned());
    }
    let what = format!("A key is made of 1 to {MAX_KEY} printable characters of ASCII.");
    Err(Problem::error("/idempotency_key", "invalid-key", what))
}

fn due(start: Start, now: Timestamp) -> Result<Timestamp> {
    let (field, due) = match start {
        Start::Now => return Ok(now),
        Start::NotBefore(due) => ("/not_before", Some(due.max(now))),
        Start::After(delay) => {
            let delay = SignedDuration::try_from(delay).ok();
            ("/countdown_s", delay.and_then(|delay| now.checked_add(delay).ok()))
        }
    };
    due.filter(|due| now.duration_until(*due) <= LATEST).ok_or_else(|| {
        let what = "A task cannot be put off for more than ten years.";
        Error::InvalidDocument(vec![Problem::error(field, "too-late", what)])
    })
}

/// The same for the same kind and payload: JSON is written with its members in order.
fn unique_key(asked: &NewTask) -> String {
    let mut hash = Sha256::new();
    hash.update(&asked.kind);
    hash.update([0]);
    hash.update(asked.payload.to_string());
    repono_domain::Digest::from_sha256(hash.finalize().into()).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn a_task_begins_between_now_and_in_ten_years() {
        let years = SignedDuration::from_hours(10 * 365 * 24);
        let past = NOW - SignedDuration::from_hours(1);

        assert_eq!(due(Start::Now, NOW).unwrap(), NOW);
        assert_eq!(due(Start::NotBefore(past), NOW).unwrap(), NOW, "the past is now");
        assert_eq!(due(Start::NotBefore(NOW + years), NOW).unwrap(), NOW + years);
        let minute = Duration::from_mins(1);
        assert_eq!(due(Start::After(minute), NOW).unwrap(), NOW + minute);
        for too_late in [
            Start::NotBefore(NOW + years + years),
            Start::NotBefore(Timestamp::MAX),
            Start::After(Duration::from_hours(11 * 365 * 24)),
            Start::After(Duration::MAX),
        ] {
            let refused = due(too_late, NOW).unwrap_err();
            let Error::InvalidDocument(problems) = refused else { panic!("{refused}") };
            assert!(problems[0].message.contains("ten years"), "{problems:?}");
        }
    }

    #[test]
    fn a_key_is_short_and_printable() {
        for key in ["a", "2d4e2b0e-1b1c-7a3e-9d0c-0242ac130003", "import 2026/11"] {
            assert_eq!(checked_key(key).unwrap(), key);
        }
        for no_key in ["", "line\nbreak", "ü", &"a".repeat(256)] {
            assert!(checked_key(no_key).is_err(), "{no_key:?}");
        }
    }

    #[test]
    fn what_is_the_same_work_does_not_depend_on_the_order_of_members() {
        let one = NewTask::new("a.b", serde_json::from_str(r#"{"x": 1, "y": [2]}"#).unwrap());
        let other = NewTask::new("a.b", serde_json::from_str(r#"{"y": [2], "x": 1}"#).unwrap());

        assert_eq!(unique_key(&one), unique_key(&other));
        assert_ne!(unique_key(&one), unique_key(&NewTask::new("a.c", one.payload.clone())));
        assert_ne!(unique_key(&one), unique_key(&NewTask::new("a.b", json!({"x": 1}))));
    }
}
