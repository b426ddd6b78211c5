//! What can be computed again but is cheaper to keep.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

/// Keeps bytes for a while. Never fails: a cache that is down knows nothing and keeps nothing, and
/// says so at once.
///
/// What is put was computed of something that may have changed since. So nothing is put without a
/// [`Lease`], which is granted *before* one begins to compute, and ends when the key is removed:
/// whoever changes the thing removes the key afterwards, and no value from before outlives that, on
/// whatever node it is computed.
#[async_trait]
pub trait Cache: Send + Sync {
    /// What was put there, if it is still known.
    async fn get(&self, key: &str) -> Lookup;

    /// Keeps `value` for at most `ttl`, unless the lease has ended. A value that is too large for
    /// the backend is not kept.
    async fn put(&self, key: &str, lease: Lease, value: Bytes, ttl: Duration);

    /// Forgets, and ends the lease, on every node that shares the backend, before it answers. If
    /// the backend is down, it is made good as soon as it is back.
    async fn remove(&self, key: &str);
}

/// What a cache answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// What was put.
    Kept(Bytes),
    /// Nothing. The first who asks may put it; the others compute for themselves.
    Missing(Option<Lease>),
}

/// Leave to put one value of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease(
    /// By which the backend knows it.
    pub u128,
);

impl Lease {
    /// Ends by itself then, so that another may compute what the first never put.
    pub const TTL: Duration = Duration::from_secs(10);
}
