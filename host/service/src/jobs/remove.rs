//! An end to a job.

use super::read;
use crate::{Context, Error, Result, schedules};

/// Removes a job that a person has made. Its runs go on. For administrators.
///
/// # Errors
/// `Conflict` if it comes from a plugin or the configuration.
pub async fn remove(ctx: &Context, id: &str) -> Result<()> {
    if read(ctx, id).await?.schedule.is_none() {
        return Err(Error::Conflict(format!(
            "The job {id} is a kind of task, and goes with the plugin that does it."
        )));
    }
    schedules::remove(ctx, id).await
}
