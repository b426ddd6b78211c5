//! Where a work's latest version is.

use repono_domain::{CollectionName, RecordId};

use super::read;
use crate::{Context, Error, Result};

/// The id of the latest published version of the work that this version belongs to.
#[tracing::instrument(name = "records.latest", skip_all, fields(record.id = %id))]
pub async fn latest(ctx: &Context, collection: &CollectionName, id: RecordId) -> Result<RecordId> {
    let collection = ctx.active.load().collection(collection)?;
    let record = read::find(ctx, &collection, id).await?;
    let Some(latest) = record.parent.latest else {
        return Err(Error::unregistered_pid());
    };
    let latest = ctx.database.version(record.parent.id, latest).await?;
    Ok(latest.map_or(id, |latest| latest.id))
}
