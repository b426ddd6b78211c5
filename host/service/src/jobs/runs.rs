//! Looking at runs.

use repono_domain::TaskId;

use super::read;
use crate::ports::Run;
use crate::{Context, Error, Result};

/// The runs of a job, newest first, and how many there are. For administrators.
pub async fn runs(ctx: &Context, id: &str, offset: u64, limit: u32) -> Result<(Vec<Run>, u64)> {
    read(ctx, id).await?;
    let runs = ctx.database.runs(id, offset, limit).await?;
    Ok((runs, ctx.database.count_runs(id).await?))
}

/// One run of a job. For administrators.
pub async fn read_run(ctx: &Context, id: &str, run: &TaskId) -> Result<Run> {
    read(ctx, id).await?;
    let found = ctx.database.run(id, run).await?;
    found.ok_or_else(|| Error::NotFound(format!("The job {id} has no run {run}.")))
}
