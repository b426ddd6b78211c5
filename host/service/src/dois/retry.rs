//! Telling the agency again.

use repono_domain::{Doi, DoiProgress, RecordId};

use super::follow::in_line;
use super::read;
use crate::ports::DoiFilter;
use crate::{Context, Error, Result, tasks};

/// DOIs that are followed in one transaction.
const BATCH: u32 = 100;

/// Has the DOI of a version or a work brought in line again, whatever came of that before. For
/// administrators.
#[tracing::instrument(name = "dois.retry", skip_all, fields(record.id = %record))]
pub async fn retry(ctx: &Context, record: RecordId) -> Result<Doi> {
    let doi = read(ctx, record).await?;
    again(ctx, &[doi]).await?;
    read(ctx, record).await
}

/// The same for all whose last attempt came to nothing. Answers how many. For administrators.
#[tracing::instrument(name = "dois.retry_failed", skip_all)]
pub async fn retry_failed(ctx: &Context) -> Result<u64> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let mut filter = DoiFilter { progress: Some(DoiProgress::Failed), after: None, limit: BATCH };
    let mut count = 0;
    loop {
        let failed = ctx.database.dois(&filter).await?;
        let Some(last) = failed.last() else { return Ok(count) };
        filter.after = Some(last.record);
        again(ctx, &failed).await?;
        count += failed.len() as u64;
    }
}

async fn again(ctx: &Context, dois: &[Doi]) -> Result<()> {
    if ctx.agency.is_none() {
        return Err(Error::Conflict("DOIs are registered nowhere: set doi.url.".to_owned()));
    }
    let mut changes = Vec::new();
    for Doi { record, collection, name, .. } in dois {
        changes.extend(in_line(ctx, collection, *record, name)?);
    }
    tasks::store(ctx, changes).await.map(drop)
}
