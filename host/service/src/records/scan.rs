//! Walking a collection.

use repono_domain::{CollectionName, RecordId};

use super::render::record_doc;
use crate::ports::{Doc, Filter};
use crate::{Context, Result};

/// The most records of one step.
const MAX_STEP: u32 = 500;

/// Public records in the order of their ids, the first after `after`, as plugins see them.
pub async fn scan(
    ctx: &Context,
    collection: &CollectionName,
    after: Option<RecordId>,
    limit: u32,
) -> Result<Vec<Doc>> {
    let collection = ctx.active.load().collection(collection)?;
    let mut after = after;
    loop {
        let ids = ctx
            .database
            .walk(&collection.name, Filter::Published, after, limit.clamp(1, MAX_STEP))
            .await?;
        let Some(last) = ids.last().copied() else { return Ok(Vec::new()) };
        let stored = ctx.database.stored(&ids).await?;
        let records = stored.into_iter().filter_map(|stored| stored.record);
        let public = records.filter(|record| record.is_public() && record.tombstone.is_none());
        let docs: Vec<Doc> =
            public.map(|record| record_doc(&ctx.services, &collection, &record)).collect();
        // An empty list would mean the end.
        if !docs.is_empty() {
            return Ok(docs);
        }
        after = Some(last);
    }
}
