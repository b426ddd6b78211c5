//! Letting a schedule go on.

use super::ScheduleState;
use super::amend::amend;
use crate::{Context, Result};

/// Lets a paused schedule fire from its next tick on: what passed meanwhile was not wanted. One that
/// is not paused stays as it is. For administrators.
#[tracing::instrument(name = "schedules.resume", skip_all, fields(schedule.name = name))]
pub async fn resume(ctx: &Context, name: &str) -> Result<ScheduleState> {
    let now = ctx.clock.now();
    let schedule = amend(ctx, name, |schedule| {
        if schedule.paused.take().is_some() {
            schedule.passed = schedule.passed.max(now);
        }
        Ok(())
    });
    Ok(ScheduleState::of(ctx, schedule.await?))
}
