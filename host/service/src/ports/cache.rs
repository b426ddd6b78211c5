//! What can be computed again but is cheaper to keep.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

/// Keeps bytes for a while. Never fails: a cache that is down knows nothing.
#[async_trait]
pub trait Cache: Send + Sync {
    /// What was put there, if it is still known.
    async fn get(&self, key: &str) -> Option<Bytes>;

    /// Keeps `value` for at most `ttl`.
    async fn put(&self, key: &str, value: Bytes, ttl: Duration);

    /// Forgets.
    async fn remove(&self, key: &str);
}
