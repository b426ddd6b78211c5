//! Doing tasks.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::FutureExt as _;
use jiff::SignedDuration;
use repono_domain::{Caller, LogLevel, Task};
use serde_json::Value;
use tokio::time::timeout;
use tracing::Instrument as _;

use super::after;
use super::backoff::pause;
use super::failed::{Class, Failed};
use super::host::Host;
use super::kinds::{self, Doer, Known};
use crate::metrics::TASK;
use crate::plugins::call;
use crate::ports::{Backoff, Call, Claimed, Outcome, TaskHost as _};
use crate::{Context, Result};

/// How long a silent worker keeps a task.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How often a worker says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// The longest result, in bytes of JSON.
const MAX_RESULT: usize = 1 << 20;
/// How long a task that was asked to stop may take to do so.
const GRACE: Duration = Duration::from_secs(10);

/// Takes a task of these queues, of earlier ones first. None: nothing of them is due.
pub async fn take(ctx: &Context, queues: &[String]) -> Result<Option<Claimed>> {
    Ok(ctx.queue.claim(queues, 1, LEASE).await?.pop())
}

/// Does a task that was taken. When `stop` is cancelled, it is handed back with its checkpoint.
pub async fn work_on(ctx: Context, claimed: Claimed, stop: tokio_util::sync::CancellationToken) {
    let task = &claimed.task;
    let span = tracing::info_span!("tasks.work", task.id = %task.id, task.kind = task.kind, attempt = task.attempts);
    ctx.traces.follow(&span, task.trace.as_slice());
    let begun = tokio::time::Instant::now();
    let outcome = match attempt(&ctx, &claimed, stop).instrument(span).await {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(task.id = %task.id, error = %error, "a task's end could not be noted; it will be tried again when its lease is over");
            "unknown"
        }
    };
    let labels =
        [("queue", task.queue.clone()), ("kind", task.kind.clone()), ("outcome", outcome.into())];
    metrics::histogram!(TASK, &labels).record(begun.elapsed());
}

/// Answers what came of it, in the words of the metric.
async fn attempt(
    ctx: &Context,
    claimed: &Claimed,
    stop: tokio_util::sync::CancellationToken,
) -> Result<&'static str> {
    let task = &claimed.task;
    let active = ctx.active.load_full();
    let known = match kinds::find(ctx, &active, &task.kind) {
        Ok(found) => found,
        // The plugin may come back: not an attempt, and not for ever.
        Err(error)
            if task.created.duration_until(ctx.clock.now()) < SignedDuration::from_hours(24) =>
        {
            tracing::warn!(task.id = %task.id, error = %error, "nobody here does this task; it waits");
            ctx.queue.again(claimed, in_time(ctx, Duration::from_mins(1)), None).await?;
            return Ok("unknown_kind");
        }
        Err(error) => {
            ctx.queue.bury(claimed, &error.to_string()).await?;
            return Ok("dead");
        }
    };

    let after = match after::read(ctx, task).await {
        Ok(after) => after,
        Err(failed) => return settle(ctx, claimed, known.kind.backoff, Err(failed)).await,
    };
    let anonymous = Context { caller: Caller::Anonymous, services: Arc::clone(&ctx.services) };
    let plugin = match known.by {
        Doer::Plugin(active) => Some(Arc::clone(&active.plugin)),
        Doer::Repository(_) => None,
    };
    let host = Arc::new(Host::new(anonymous, claimed.clone(), LEASE, after, plugin));
    let soft = known.kind.soft_timeout;
    let execution = execute(ctx, known, task, &host);
    let outcome = supervise(ctx, claimed, &host, soft, execution, stop).await;
    if let Some(Err(failed)) = &outcome {
        host.log(LogLevel::Error, &format!("the attempt failed: {}", failed.why));
    }
    // Before anyone else may have the task.
    host.keep_log().await;
    let Some(outcome) = outcome else {
        ctx.queue.again(claimed, ctx.clock.now(), None).await?;
        return Ok("handed_back");
    };
    settle(ctx, claimed, known.kind.backoff, outcome).await
}

/// One attempt, by whoever does tasks of its kind.
async fn execute(
    ctx: &Context,
    known: Known<'_>,
    task: &Task,
    host: &Arc<Host>,
) -> Result<Outcome, Failed> {
    let longest = known.kind.timeout;
    match known.by {
        // A guest is interrupted by its runtime, which says where.
        Doer::Plugin(active) => {
            let circumstances = Call { deadline: Some(longest), ..call(ctx) };
            let host = Arc::clone(host) as _;
            let name = &known.kind.name;
            Ok(active.plugin.execute(&circumstances, name, &task.payload, host).await?)
        }
        Doer::Repository(own) => {
            let system = ctx.services.as_system();
            let attempt = own.execute(&system, &task.payload, host.as_ref());
            match timeout(longest, AssertUnwindSafe(attempt).catch_unwind()).await {
                Ok(Ok(outcome)) => Ok(outcome?),
                Ok(Err(_)) => Err(Failed::transient("it panicked; the log says where")),
                Err(_) => Err(Failed::transient(format!("it ran past {longest:?}"))),
            }
        }
    }
}

/// Runs a task to its end, with a heartbeat. None: the worker stops, and someone else goes on.
async fn supervise(
    ctx: &Context,
    claimed: &Claimed,
    host: &Host,
    soft: Duration,
    execution: impl Future<Output = Result<Outcome, Failed>>,
    stop: tokio_util::sync::CancellationToken,
) -> Option<Result<Outcome, Failed>> {
    let overtime = tokio::time::sleep(soft);
    tokio::pin!(execution, overtime);
    let mut asked_at: Option<tokio::time::Instant> = None;
    let mut is_overtime = false;
    loop {
        tokio::select! {
            outcome = &mut execution => {
                if !matches!(outcome, Ok(Outcome::Cancelled)) || is_called_off(ctx, claimed).await {
                    return Some(outcome);
                }
                if stop.is_cancelled() {
                    return None;
                }
                if is_overtime {
                    let why = format!("it stopped at its soft limit of {soft:?}");
                    return Some(Err(Failed::transient(why)));
                }
                return Some(outcome);
            }
            () = stop.cancelled(), if asked_at.is_none() => {
                host.asked_to_stop.store(true, Ordering::Relaxed);
                asked_at = Some(tokio::time::Instant::now());
            }
            // It is asked, and goes on if it does not listen: until its hard limit.
            () = &mut overtime, if !is_overtime => {
                host.asked_to_stop.store(true, Ordering::Relaxed);
                is_overtime = true;
            }
            () = tokio::time::sleep(if asked_at.is_some() { Duration::from_millis(200) } else { HEARTBEAT }) => {
                host.keep_log().await;
                let asked = is_called_off(ctx, claimed).await;
                if asked {
                    asked_at.get_or_insert_with(tokio::time::Instant::now);
                }
                // Dropping the execution interrupts it, be it a guest or not.
                if asked_at.is_some_and(|at| at.elapsed() > GRACE) {
                    return if asked { Some(Ok(Outcome::Cancelled)) } else { None };
                }
            }
        }
    }
}

/// Whether someone called it off. Says that its worker is still there.
async fn is_called_off(ctx: &Context, claimed: &Claimed) -> bool {
    ctx.queue.extend(claimed, LEASE).await.unwrap_or(false)
}

async fn settle(
    ctx: &Context,
    claimed: &Claimed,
    backoff: Backoff,
    outcome: Result<Outcome, Failed>,
) -> Result<&'static str> {
    match outcome {
        Ok(Outcome::Done(result)) => match unstorable(&result) {
            None => {
                ctx.queue.succeed(claimed, &result).await?;
                Ok("succeeded")
            }
            Some(why) => {
                ctx.queue.bury(claimed, &why).await?;
                Ok("dead")
            }
        },
        Ok(Outcome::Again(delay)) => {
            ctx.queue.again(claimed, in_time(ctx, delay), None).await?;
            Ok("again")
        }
        Ok(Outcome::Cancelled) => {
            ctx.queue.stopped(claimed).await?;
            Ok("cancelled")
        }
        Err(Failed { why, class: Class::Permanent }) => {
            ctx.queue.bury(claimed, &why).await?;
            Ok("dead")
        }
        Err(Failed { why, .. }) if claimed.task.attempts >= claimed.task.max_attempts => {
            tracing::error!(task.id = %claimed.task.id, error = why, "task {} is given up after {} attempts", claimed.task.id, claimed.task.attempts);
            ctx.queue.bury(claimed, &why).await?;
            Ok("dead")
        }
        Err(Failed { why, class: Class::Transient(asked) }) => {
            let task = &claimed.task;
            let delay = asked.unwrap_or_else(|| pause(backoff, &task.id, task.attempts));
            ctx.queue.again(claimed, in_time(ctx, delay), Some(&why)).await?;
            Ok("failed")
        }
    }
}

/// Why a result cannot be kept. The same attempt would come to the same.
fn unstorable(result: &Value) -> Option<String> {
    let bytes = result.to_string().len();
    (bytes > MAX_RESULT).then(|| {
        format!("it was done, but its result of {bytes} bytes is longer than the {MAX_RESULT} that are kept; let it answer less, and keep the rest elsewhere")
    })
}

fn in_time(ctx: &Context, delay: Duration) -> jiff::Timestamp {
    let delay = SignedDuration::try_from(delay).unwrap_or(SignedDuration::from_hours(1));
    ctx.clock.now().saturating_add(delay).unwrap_or(jiff::Timestamp::MAX)
}
