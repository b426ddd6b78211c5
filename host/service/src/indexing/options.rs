//! What the operator decides about indexing.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;
use std::time::Duration;

use repono_domain::CollectionName;

use crate::records::Refresh;

/// What the operator decides about indexing.
#[derive(Clone, Debug)]
pub struct IndexingOptions {
    /// Batches under way at a time: of the short cut, of the relay, and of each fill or comparison.
    pub batches: usize,
    /// Records of one batch, at the most.
    pub batch_records: u32,
    /// Bytes of the documents of one batch, at the most; what is larger by itself is a batch of its own.
    pub batch_bytes: u64,
    /// How long an answer waits at most until what it says can be found.
    pub wait: Duration,
    /// How often the relay looks for promises that are due.
    pub poll: Duration,
    /// Documents a second that a fill writes at the most; none: as many as go.
    pub rate: Option<NonZeroU32>,
    /// Indices of each collection that are kept after a rebuild has replaced them.
    pub kept_indices: usize,
    /// How old a change may be that is not in an index before that is told as a problem.
    pub lag_limit: Duration,
    /// How long after one comparison with the database the next is due; none: when asked for.
    pub reconcile_every: Option<Duration>,
    /// Whether an answer waits until what it says can be found, if the request does not say.
    pub refresh: Refresh,
    /// The same for single collections.
    pub refresh_of: BTreeMap<CollectionName, Refresh>,
}

impl IndexingOptions {
    /// What a request asks for, or what holds for the collection if it does not say.
    pub(crate) fn refresh(&self, collection: &CollectionName, asked: Option<Refresh>) -> Refresh {
        let set = || self.refresh_of.get(collection).copied().unwrap_or(self.refresh);
        asked.unwrap_or_else(set)
    }
}

/// Nothing of it shows in what is rendered, so nodes that differ in it share what they rendered.
impl Hash for IndexingOptions {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Default for IndexingOptions {
    fn default() -> Self {
        Self {
            batches: 8,
            batch_records: 250,
            batch_bytes: 16 << 20,
            wait: Duration::from_secs(5),
            poll: Duration::from_secs(1),
            rate: None,
            kept_indices: 1,
            lag_limit: Duration::from_mins(5),
            reconcile_every: Some(Duration::from_hours(24)),
            refresh: Refresh::WaitFor,
            refresh_of: BTreeMap::new(),
        }
    }
}
