//! Holding a schedule back.

use repono_domain::Paused;

use super::ScheduleState;
use super::amend::amend;
use crate::{Context, Result};

/// Keeps a schedule from firing until it is resumed; one that is paused stays as it is. Tasks that it
/// has made go on. For administrators.
#[tracing::instrument(name = "schedules.pause", skip_all, fields(schedule.name = name))]
pub async fn pause(ctx: &Context, name: &str) -> Result<ScheduleState> {
    let paused = Paused { since: ctx.clock.now(), by: ctx.caller.user() };
    let schedule = amend(ctx, name, |schedule| {
        schedule.paused.get_or_insert(paused);
        Ok(())
    });
    Ok(ScheduleState::of(ctx, schedule.await?))
}
