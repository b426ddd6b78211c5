//! Schedules, and the tasks that they make.

use jiff::{SignedDuration, Timestamp};
use repono_domain::{Schedule, TaskId};
use repono_service::Result;

use crate::sql::preconditions::Precondition;
use crate::sql::script::{Script, StepBuilder};
use crate::sql::statement::Value;

/// For so long it is known which task was made at which tick.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(400 * 24);

pub(super) fn insert(script: &mut Script, schedule: &Schedule) -> Result<()> {
    let step = script
        .step(
            "insert into schedules (name, created, origin, title, description, kind, payload, timing, timezone, jitter, \
             catch_up, revision, updated, paused, paused_by, withdrawn, passed, last_tick, last_task) \
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(schedule.name.as_str())
        .bind(schedule.created.as_microsecond());
    bind(step, schedule)?.unless_refused(Precondition::NewSchedule(schedule.name.clone()));
    Ok(())
}

pub(super) fn replace(script: &mut Script, schedule: &Schedule, expected: u64) -> Result<()> {
    let step = script.step(
        "update schedules set origin = ?, title = ?, description = ?, kind = ?, payload = ?, timing = ?, timezone = ?, jitter = ?, \
         catch_up = ?, revision = ?, updated = ?, paused = ?, paused_by = ?, withdrawn = ?, passed = ?, last_tick = ?, last_task = ? \
         where name = ? and revision = ?",
    );
    bind(step, schedule)?
        .bind(schedule.name.as_str())
        .bind(expected)
        .must_change(Precondition::ScheduleIs(schedule.name.clone()));
    Ok(())
}

/// All but its name and when it was made, from `origin` to `last_task`.
fn bind<'s>(step: StepBuilder<'s>, schedule: &Schedule) -> Result<StepBuilder<'s>> {
    let Schedule { plan, paused, .. } = schedule;
    Ok(step
        .bind(schedule.origin.as_str())
        .bind(plan.title.as_str())
        .bind(plan.description.as_str())
        .bind(plan.kind.as_str())
        .bind(Value::json(&plan.payload)?)
        .bind(plan.timing.as_deref())
        .bind(plan.timezone.as_str())
        .bind(plan.jitter_s)
        .bind(plan.catch_up.as_str())
        .bind(schedule.revision)
        .bind(schedule.updated.as_microsecond())
        .bind(paused.map(|paused| paused.since.as_microsecond()))
        .bind(paused.and_then(|paused| paused.by).map(|user| user.0))
        .bind(time(schedule.withdrawn))
        .bind(schedule.passed.as_microsecond())
        .bind(time(schedule.last_tick))
        .bind(schedule.last_task.as_ref().map(|task| task.0.as_str())))
}

pub(super) fn delete(script: &mut Script, name: &str, expected: u64) {
    script
        .step("delete from schedules where name = ? and revision = ?")
        .bind(name)
        .bind(expected)
        .must_change(Precondition::ScheduleIs(name.to_owned()));
    script.step("delete from schedule_runs where schedule = ?").bind(name);
}

/// Keeps which task is of which schedule, and forgets what is long past.
pub(super) fn note_run(
    script: &mut Script,
    schedule: &str,
    task: &TaskId,
    tick: Option<Timestamp>,
    now: i64,
) {
    script
        .step("insert into schedule_runs (schedule, task, tick) values (?, ?, ?)")
        .bind(schedule)
        .bind(task.0.as_str())
        .bind(time(tick))
        .unless_refused(Precondition::NewTick(schedule.to_owned()));
    let remembered = i64::try_from(REMEMBERED.as_micros()).unwrap_or(i64::MAX);
    script
        .step("delete from schedule_runs where schedule = ? and tick < ?")
        .bind(schedule)
        .bind(now.saturating_sub(remembered));
}

pub(super) fn forget_run(script: &mut Script, schedule: &str, task: &TaskId) {
    script
        .step("delete from schedule_runs where schedule = ? and task = ?")
        .bind(schedule)
        .bind(task.0.as_str());
}

fn time(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_microsecond)
}
