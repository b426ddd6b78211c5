//! Another plan for a job.

use repono_domain::Plan;

use super::{DEFAULTS, Job, in_its_words, read};
use crate::{Context, Error, Result, schedules};

/// Gives a job another plan, made of the one that it has, and pauses or resumes it. One that comes from
/// a plugin or the configuration can be paused and resumed alone. For administrators.
///
/// # Errors
/// As those of [`schedules::change`], with fields as `InvenioRDM` calls them; `Conflict` for a kind that
/// has no schedule.
pub async fn change(
    ctx: &Context,
    id: &str,
    active: bool,
    plan: impl FnOnce(&Plan) -> Result<Plan>,
) -> Result<Job> {
    let job = read(ctx, id).await?;
    let Some(state) = job.schedule else {
        return Err(Error::Conflict(format!(
            "The job {id} is a kind of task without a schedule: make a job of this task instead."
        )));
    };
    let before = state.schedule.plan;
    let after = plan(&before)?;
    if after != before {
        schedules::change(ctx, id, after).await.map_err(|error| in_its_words(error, DEFAULTS))?;
    }
    if active {
        schedules::resume(ctx, id).await?;
    } else {
        schedules::pause(ctx, id).await?;
    }
    read(ctx, id).await
}
