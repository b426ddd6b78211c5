//! Looking at schedules.

use jiff::Zoned;
use jiff::tz::TimeZone;
use repono_domain::{Problem, Schedule};

use super::amend::find;
use super::judge::{problems_of_plan, told};
use super::times::Times;
use crate::{Context, Error, Result};

/// A schedule, and what it comes to.
#[derive(Clone, Debug)]
pub struct ScheduleState {
    /// As it is stored.
    pub schedule: Schedule,
    /// Its next tick, in its time zone. None: it is paused, cannot fire, or runs only when somebody asks.
    pub next: Option<Zoned>,
    /// The last tick that made a task, in its time zone.
    pub last: Option<Zoned>,
    /// Why it cannot fire.
    pub problems: Vec<Problem>,
}

impl ScheduleState {
    pub(super) fn of(ctx: &Context, schedule: Schedule) -> Self {
        let problems = problems_of_plan(ctx, &schedule.plan);
        let times = Times::read(&schedule.plan, schedule.created).ok();
        let next = times.as_ref().filter(|_| schedule.is_active() && problems.is_empty()).and_then(
            |times| {
                let next = times.next(schedule.passed.max(ctx.clock.now()))?;
                Some(times.shown(next))
            },
        );
        let last = schedule.last_tick.map(|last| {
            times.map_or_else(|| last.to_zoned(TimeZone::UTC), |times| times.shown(last))
        });
        Self { schedule, next, last, problems }
    }
}

/// All schedules in force, by name. For administrators.
pub async fn list(ctx: &Context) -> Result<Vec<ScheduleState>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let all = ctx.database.schedules().await?.into_iter();
    let in_force = all.filter(|schedule| schedule.withdrawn.is_none());
    Ok(in_force.map(|schedule| ScheduleState::of(ctx, schedule)).collect())
}

/// One schedule. For administrators.
pub async fn read(ctx: &Context, name: &str) -> Result<ScheduleState> {
    Ok(ScheduleState::of(ctx, find(ctx, name).await?))
}

/// Schedules that should fire and cannot, each with why. For administrators.
pub async fn broken(ctx: &Context) -> Result<Vec<(String, String)>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let active = ctx.database.schedules().await?.into_iter().filter(Schedule::is_active);
    let broken = active.filter_map(|schedule| {
        let problems = problems_of_plan(ctx, &schedule.plan);
        (!problems.is_empty()).then(|| (schedule.name, told(&problems)))
    });
    Ok(broken.collect())
}
