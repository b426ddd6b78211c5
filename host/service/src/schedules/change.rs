//! Another plan for a schedule.

use repono_domain::{Origin, Plan, Schedule};

use super::ScheduleState;
use super::amend::{amend, find};
use super::judge::problems_of_plan;
use crate::{Context, Error, Result};

/// Gives a person's schedule another plan. If its times change, its next tick is the next of the new
/// ones. For administrators.
///
/// # Errors
/// `InvalidDocument` with every problem of the plan; `Conflict` if the schedule comes from elsewhere.
#[tracing::instrument(name = "schedules.change", skip_all, fields(schedule.name = name))]
pub async fn change(ctx: &Context, name: &str, plan: Plan) -> Result<ScheduleState> {
    is_a_persons(&find(ctx, name).await?)?;
    let problems = problems_of_plan(ctx, &plan);
    if !problems.is_empty() {
        return Err(Error::InvalidDocument(problems));
    }
    let now = ctx.clock.now();
    let changed = amend(ctx, name, |schedule| {
        is_a_persons(schedule)?;
        if has_other_times(&schedule.plan, &plan) {
            schedule.passed = schedule.passed.max(now);
        }
        schedule.plan = plan.clone();
        Ok(())
    });
    Ok(ScheduleState::of(ctx, changed.await?))
}

/// Whether the ticks of one plan are not those of the other.
pub(super) fn has_other_times(one: &Plan, other: &Plan) -> bool {
    (&one.timing, &one.timezone) != (&other.timing, &other.timezone)
}

/// Refuses what is changed elsewhere.
pub(super) fn is_a_persons(schedule: &Schedule) -> Result<()> {
    let name = &schedule.name;
    let source = match schedule.origin {
        Origin::Operator => return Ok(()),
        Origin::Manifest => "is its plugin's",
        Origin::Configuration => "stands in the configuration, and is changed there",
    };
    Err(Error::Conflict(format!(
        "The schedule {name} {source}: pause it, and create another one if it should be otherwise."
    )))
}
