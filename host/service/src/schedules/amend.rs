//! Changing a schedule while it may fire.

use repono_domain::Schedule;

use crate::ports::Change;
use crate::{Context, Error, Kind, Result};

/// So often is a change begun anew because the schedule was changed by someone else, or has fired.
pub(super) const TRIES: u32 = 5;

/// The schedule of this name, if it is in force. For administrators.
pub(super) async fn find(ctx: &Context, name: &str) -> Result<Schedule> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let found = ctx.database.schedule(name).await?;
    found
        .filter(|schedule| schedule.withdrawn.is_none())
        .ok_or_else(|| Error::NotFound(format!("There is no schedule {name}.")))
}

/// Reads a schedule, changes it, and stores it if anything changed.
pub(super) async fn amend(
    ctx: &Context,
    name: &str,
    change: impl Fn(&mut Schedule) -> Result<()>,
) -> Result<Schedule> {
    for _ in 0..TRIES {
        let before = find(ctx, name).await?;
        let mut after = before.clone();
        change(&mut after)?;
        if after == before {
            return Ok(before);
        }
        after.revision += 1;
        after.updated = ctx.clock.now();
        let replaced =
            Change::ReplaceSchedule { schedule: after.clone(), expected: before.revision };
        match ctx.database.write(vec![replaced]).await {
            Ok(_) => return Ok(after),
            Err(error) if error.kind() == Kind::Conflict => {}
            Err(error) => return Err(error),
        }
    }
    Err(keeps_changing(name))
}

/// What is told after too many tries.
pub(super) fn keeps_changing(name: &str) -> Error {
    Error::Conflict(format!("The schedule {name} is being changed by others; try again."))
}
