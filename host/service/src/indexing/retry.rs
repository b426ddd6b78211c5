//! Trying again what was given up.

use repono_domain::{CollectionName, RecordId};

use crate::{Context, Error, Result};

/// Promises again to index what was given up of a collection, or of one record of it. Answers how
/// many records that are; the relay tries them soon. For administrators.
#[tracing::instrument(name = "indexing.retry", skip_all, fields(collection = %collection))]
pub async fn retry(
    ctx: &Context,
    collection: &CollectionName,
    record: Option<RecordId>,
) -> Result<u64> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    ctx.active.load().collection(collection)?;
    let released = ctx.database.release_quarantined(collection, record).await?;
    match record {
        Some(record) if released == 0 => Err(Error::NotFound(format!(
            "The record {record} of {collection} was not given up: `repono index status` lists those that were."
        ))),
        _ => Ok(released),
    }
}
