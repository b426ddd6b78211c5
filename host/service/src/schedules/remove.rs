//! An end to a schedule.

use super::amend::{TRIES, find, keeps_changing};
use super::change::is_a_persons;
use crate::ports::Change;
use crate::{Context, Kind, Result};

/// Removes a person's schedule. Tasks that it has made go on. For administrators.
///
/// # Errors
/// `Conflict` if the schedule comes from elsewhere.
#[tracing::instrument(name = "schedules.remove", skip_all, fields(schedule.name = name))]
pub async fn remove(ctx: &Context, name: &str) -> Result<()> {
    for _ in 0..TRIES {
        let schedule = find(ctx, name).await?;
        is_a_persons(&schedule)?;
        let delete = Change::DeleteSchedule { name: schedule.name, expected: schedule.revision };
        match ctx.database.write(vec![delete]).await {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == Kind::Conflict => {}
            Err(error) => return Err(error),
        }
    }
    Err(keeps_changing(name))
}
