//! How often something happens.

use std::time::Duration;

use async_trait::async_trait;

/// Counts, together with every node that shares the backend. Never fails: a backend that is down
/// counts nothing, and says so at once.
#[async_trait]
pub trait Counters: Send + Sync {
    /// Adds one to the counter `key`, which begins at nothing and is forgotten `ttl` after it was
    /// first added to, and reads another. What of a lifetime is less than a second need not be kept
    /// to. `None`: the backend is down.
    async fn add(&self, key: &str, other: &str, ttl: Duration) -> Option<Counted>;
}

/// What counters say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How often was added to the counter, this time included.
    pub added: u64,
    /// How often was added to the other.
    pub other: u64,
}
