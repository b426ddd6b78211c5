//! How the indices are.

use repono_domain::CollectionName;

use super::progress::Progress;
use crate::ports::{Comparison, Fill, Filter, IndexName, OutboxLag, Quarantined};
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
    /// Documents in the index: records and drafts; none: the search engine does not say.
    pub documents: Option<u64>,
    /// Records in the database, of which each has one or two documents.
    pub records: u64,
    /// How far behind it is, if it is.
    pub lag: Option<OutboxLag>,
    /// Records that were given up until they or their plugin change.
    pub quarantined: u64,
    /// The index that is being filled to take its place, and how far that is. It may have been cut
    /// off: then it has not been heard of for long.
    pub next: Option<(Fill, Progress)>,
    /// Indices that a rebuild has replaced, the last first.
    pub kept: Vec<IndexName>,
    /// The last comparison with the database.
    pub compared: Option<Comparison>,
}

/// How all indices are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexState {
    /// How far behind all together may be, those of collections that are not in force included; none:
    /// nothing waits.
    pub lag: Option<OutboxLag>,
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
    let lag = ctx.database.lag().await?;
    let quarantined = ctx.database.quarantine_sizes().await?;
    let fills = ctx.database.fills().await?;
    let comparisons = ctx.database.comparisons().await?;
    let mut collections = Vec::new();
    for (name, collection) in &active.collections {
        let plugin = active.plugins.get(&collection.plugin.description().name);
        let replaced = plugin.into_iter().flat_map(|plugin| plugin.activation.replaced(name));
        let documents = ctx.search.count(&collection.index).await.inspect_err(|error| {
            tracing::warn!(collection = %name, error = %error, "the search engine does not say how large an index is");
        });
        collections.push(CollectionState {
            collection: name.clone(),
            index: collection.index.clone(),
            documents: documents.ok(),
            records: ctx.database.count(name, Filter::All).await?,
            lag: lag.get(name).copied(),
            quarantined: quarantined.get(name).copied().unwrap_or_default(),
            next: fills.iter().find(|fill| fill.collection == *name).map(with_progress),
            kept: replaced.cloned().collect(),
            compared: comparisons.iter().find(|of| of.collection == *name).cloned(),
        });
    }
    let lag = lag.into_values().reduce(|one, other| OutboxLag {
        pending: one.pending + other.pending,
        oldest: one.oldest.min(other.oldest),
    });
    Ok(IndexState { lag, quarantined: ctx.database.quarantined(QUARANTINED).await?, collections })
}

fn with_progress(fill: &Fill) -> (Fill, Progress) {
    (fill.clone(), Progress::new(fill.done, fill.total, fill.started, fill.updated))
}
