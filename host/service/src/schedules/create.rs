//! A new schedule.

use repono_domain::{Origin, Plan, Schedule};

use super::ScheduleState;
use super::judge::{problems_of_name, problems_of_plan};
use crate::ports::Change;
use crate::{Context, Error, Result};

/// Makes a schedule of a person's. Its first tick is the next one. For administrators.
///
/// # Errors
/// `InvalidDocument` with every problem of its name and plan; `Conflict` if the name is taken.
#[tracing::instrument(name = "schedules.create", skip_all, fields(schedule.name = name))]
pub async fn create(ctx: &Context, name: &str, plan: Plan) -> Result<ScheduleState> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let mut problems = problems_of_name(ctx, name);
    problems.extend(problems_of_plan(ctx, &plan));
    if !problems.is_empty() {
        return Err(Error::InvalidDocument(problems));
    }
    let now = ctx.clock.now();
    let schedule = Schedule {
        name: name.to_owned(),
        origin: Origin::Operator,
        plan,
        revision: 1,
        created: now,
        updated: now,
        paused: None,
        withdrawn: None,
        passed: now,
        last_tick: None,
        last_task: None,
    };
    ctx.database.write(vec![Change::InsertSchedule(schedule.clone())]).await?;
    Ok(ScheduleState::of(ctx, schedule))
}
