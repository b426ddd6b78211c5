//! Indices that are too far behind.

use std::time::Duration;

use jiff::Timestamp;
use repono_domain::CollectionName;

use crate::Services;

/// A collection whose search index misses changes for longer than the operator thinks right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lagging {
    /// The collection.
    pub collection: CollectionName,
    /// Changes that wait.
    pub pending: u64,
    /// When the oldest was made.
    pub oldest: Timestamp,
    /// How long ago that was.
    pub age: Duration,
}

/// Collections that are further behind than
/// [`lag_limit`](crate::indexing::IndexingOptions::lag_limit), as far as was
/// [last counted](super::look()).
pub fn lagging(services: &Services) -> Vec<Lagging> {
    let now = services.clock.now();
    let health = services.health.load();
    let all = health.lag.iter().map(|(collection, lag)| Lagging {
        collection: collection.clone(),
        pending: lag.pending,
        oldest: lag.oldest,
        age: Duration::try_from(lag.oldest.duration_until(now)).unwrap_or_default(),
    });
    all.filter(|lagging| lagging.age > services.settings.indexing.lag_limit).collect()
}
