//! A new job.

use repono_domain::Plan;

use super::{DEFAULTS, Job, in_its_words, read};
use crate::{Context, Result, schedules};

/// Makes a schedule under a name that nobody else has; one that is not `active` is paused. For
/// administrators.
///
/// # Errors
/// As those of [`schedules::create`], with fields as `InvenioRDM` calls them.
pub async fn create(ctx: &Context, plan: Plan, active: bool) -> Result<Job> {
    let name = ctx.ids.task().0;
    schedules::create(ctx, &name, plan).await.map_err(|error| in_its_words(error, DEFAULTS))?;
    if !active {
        schedules::pause(ctx, &name).await?;
    }
    read(ctx, &name).await
}
