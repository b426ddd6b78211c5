//! How the indices are.

use repono_domain::CollectionName;

use crate::ports::{Filter, IndexName, OutboxLag, Quarantined};
use crate::{Context, Error, Result};

/// The most quarantined records that are told.
const QUARANTINED: u32 = 1000;

/// One collection's index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionState {
    /// The collection.
    pub collection: CollectionName,
    /// Its index.
    pub index: IndexName,
    /// Documents in the index: records and drafts.
    pub documents: u64,
    /// Records in the database, of which each has one or two documents.
    pub records: u64,
    /// The index that is being filled to take its place.
    pub next: Option<IndexName>,
}

/// How all indices are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexState {
    /// How far behind they may be.
    pub lag: OutboxLag,
    /// What has been given up until its plugin or the record changes.
    pub quarantined: Vec<Quarantined>,
    /// By name.
    pub collections: Vec<CollectionState>,
}

/// Looks at all indices. For administrators.
pub async fn state(ctx: &Context) -> Result<IndexState> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let active = ctx.active.load_full();
    let mut collections = Vec::new();
    for collection in active.collections.values() {
        collections.push(CollectionState {
            collection: collection.name.clone(),
            index: collection.index.clone(),
            documents: ctx.search.count(&collection.index).await?,
            records: ctx.database.count(&collection.name, Filter::All).await?,
            next: collection.shadow.as_ref().map(|shadow| shadow.collection.index.clone()),
        });
    }
    Ok(IndexState {
        lag: ctx.database.lag().await?,
        quarantined: ctx.database.quarantined(QUARANTINED).await?,
        collections,
    })
}
