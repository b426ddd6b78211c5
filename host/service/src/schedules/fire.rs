//! Queueing what is due.

use jiff::{SignedDuration, Timestamp};
use repono_domain::{CatchUp, Schedule, Task};
use sha2::{Digest as _, Sha256};

use super::judge::{self, times};
use super::run::unfinished;
use crate::ports::Change;
use crate::{Context, Error, Kind, Result, tasks};

/// Of ticks that passed, so many get a task each at most: the latest.
const MOST: usize = 100;
/// A tick counts as fired in time for so long: schedules are looked at every few seconds, and another
/// node takes over from one that is gone.
const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// Queues what is due of all schedules. Answers a sentence for each that cannot fire.
///
/// Any number of processes may do so at once: each tick makes one task.
pub async fn fire_due(ctx: &Context) -> Result<Vec<String>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let mut told = Vec::new();
    for schedule in ctx.database.schedules().await?.iter().filter(|schedule| schedule.is_active()) {
        let name = &schedule.name;
        match fire(ctx, schedule).await {
            Ok(Some(task)) => {
                tracing::info!(task.id = %task.id, task.kind = task.kind, schedule.name = name, "queued the task {} of the schedule {name}", task.kind);
            }
            Ok(None) => {}
            Err(Error::InvalidDocument(problems)) => {
                told.push(format!("the schedule {name} cannot fire: {}", judge::told(&problems)));
            }
            Err(error) => told.push(format!("the schedule {name} cannot fire: {}", error.told())),
        }
    }
    Ok(told)
}

/// Queues the task of the first tick that is due. None: nothing is, a task of it is not over, or
/// someone else was first.
async fn fire(ctx: &Context, schedule: &Schedule) -> Result<Option<Task>> {
    let now = ctx.clock.now();
    let most = if schedule.plan.catch_up == CatchUp::All { MOST } else { 1 };
    let Some(tick) = times(schedule)?.due(schedule.passed, now, most).pop_front() else {
        return Ok(None);
    };
    if unfinished(ctx, schedule).await?.is_some() {
        return Ok(None);
    }
    let is_late = tick.duration_until(now) > GRACE;
    let task = if schedule.plan.catch_up == CatchUp::Skip && is_late {
        None
    } else {
        let task = tasks::prepare(ctx, &schedule.plan.kind, schedule.plan.payload.clone()).await?;
        let due = task.due.checked_add(jitter(schedule, tick)).unwrap_or(task.due);
        Some(Task { due, ..task })
    };
    match tasks::store(ctx, changes(schedule, tick, task.as_ref(), now)).await {
        Ok(_) => Ok(task),
        // Another has fired it, or it was changed: then it is looked at again.
        Err(error) if error.kind() == Kind::Conflict => Ok(None),
        Err(error) => Err(error),
    }
}

fn changes(
    schedule: &Schedule,
    tick: Timestamp,
    task: Option<&Task>,
    now: Timestamp,
) -> Vec<Change> {
    let mut moved = Schedule {
        revision: schedule.revision + 1,
        updated: now,
        passed: tick,
        ..schedule.clone()
    };
    if let Some(task) = task {
        moved.last_tick = Some(tick);
        moved.last_task = Some(task.id.clone());
    }
    let mut changes =
        vec![Change::ReplaceSchedule { schedule: moved, expected: schedule.revision }];
    if let Some(task) = task {
        changes.push(Change::Enqueue(task.clone()));
        changes.push(Change::NoteRun {
            schedule: schedule.name.clone(),
            task: task.id.clone(),
            tick: Some(tick),
        });
    }
    changes
}

/// How much later than its tick a task is due: the same whoever fires it.
fn jitter(schedule: &Schedule, tick: Timestamp) -> SignedDuration {
    let hash = Sha256::digest(format!("{} {}", schedule.name, tick.as_second()));
    let number = hash.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    let most_ms = u64::from(schedule.plan.jitter_s) * 1000;
    SignedDuration::from_millis(i64::try_from(number % (most_ms + 1)).unwrap_or(0))
}
