//! Looking at DOIs.

use repono_domain::{Doi, DoiProgress, RecordId};

use crate::ports::DoiFilter;
use crate::{Context, Error, Result};

/// DOIs, in the order of the ids of what they name. For administrators.
pub async fn list(ctx: &Context, filter: &DoiFilter) -> Result<Vec<Doi>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    ctx.database.dois(filter).await
}

/// The DOI of a version or a work. For administrators.
pub async fn read(ctx: &Context, record: RecordId) -> Result<Doi> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let doi = ctx.database.doi(record).await?;
    doi.ok_or_else(|| {
        Error::NotFound(format!(
            "Nothing is known of a DOI of {record}: it has none of this repository, or was published while DOIs were registered nowhere."
        ))
    })
}

/// How many could not be brought in line at the last attempt. For administrators.
pub async fn count_failed(ctx: &Context) -> Result<u64> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    ctx.database.count_dois(DoiProgress::Failed).await
}
