//! The cache that nodes share: a server somewhere else, which may be away.
//!
//! What a server must be able to do is [`Remote`]. [`RemoteCache`] makes the port of it: names,
//! bounds, and what happens while it is away.
//!
//! There is no copy within the process in front of it, so there is nothing to tell other nodes
//! when something is removed (ADR 12).
//!
//! **Invariant:** while the server is away nothing waits for it, and nothing of it is believed
//! again before it has forgotten what was removed meanwhile.

mod outage;
#[cfg(test)]
#[cfg(feature = "services")]
pub(crate) mod tests;

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use repono_service::ports::{Cache, Counted, Counters, Lease, Lookup};
use repono_service::{Error, Result};
use sha2::{Digest as _, Sha256};

use self::outage::Watched;
pub(crate) use self::outage::describe;

/// What went wrong at the server, or on the way.
pub type Fault = Box<dyn StdError + Send + Sync>;

/// Larger values are not kept: as they come, servers refuse what is above 1 MiB with its key.
pub const MAX_VALUE_BYTES: usize = 1_000_000;

const MAX_PREFIX_BYTES: usize = 64;
/// With the prefix this stays below the 250 bytes that Memcached takes.
const MAX_KEY_BYTES: usize = 150;

/// A server that keeps values. Every error means that the server is away.
pub trait Remote: Send + Sync + 'static {
    /// As operators know it.
    const NAME: &'static str;

    /// Connects anew and asks whether it answers.
    fn connect(&self) -> impl Future<Output = Result<(), Fault>> + Send;

    /// As [`Cache::get`].
    fn get(&self, key: &str) -> impl Future<Output = Result<Lookup, Fault>> + Send;

    /// As [`Cache::put`]. A value that the server refuses is not kept, which is no error.
    fn put(
        &self,
        key: &str,
        lease: Lease,
        value: Bytes,
        ttl: Duration,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// As [`Counters::add`].
    fn add(
        &self,
        key: &str,
        other: &str,
        ttl: Duration,
    ) -> impl Future<Output = Result<Counted, Fault>> + Send;

    /// As [`Cache::remove`], of many keys.
    fn remove(&self, keys: &[String]) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// How a server is used.
#[derive(Clone, Debug)]
pub struct RemoteCacheOptions {
    /// Stands before every key, so that sites that share a server do not meet.
    pub prefix: String,
    /// How long an answer is waited for. After that the server counts as away.
    pub timeout: Duration,
}

/// The port over a server.
pub struct RemoteCache<R> {
    watched: Arc<Watched<R>>,
    prefix: String,
}

impl<R: Remote> RemoteCache<R> {
    /// Connects, if the server is there; otherwise it begins as one that is away.
    pub(crate) async fn over(remote: R, options: RemoteCacheOptions) -> Result<Self> {
        let RemoteCacheOptions { prefix, timeout } = options;
        if prefix.len() > MAX_PREFIX_BYTES || !is_plain(&prefix) {
            return Err(Error::Invalid(format!(
                "the cache's prefix {prefix:?} is not what all servers take: at most {MAX_PREFIX_BYTES} letters, digits and signs of ASCII, without spaces"
            )));
        }
        Ok(Self { watched: Watched::over(remote, timeout).await, prefix })
    }

    /// What the server calls it. A key that not every server would take is named by its digest.
    fn name(&self, key: &str) -> String {
        let prefix = &self.prefix;
        if key.len() <= MAX_KEY_BYTES && is_plain(key) && !key.starts_with('#') {
            return format!("{prefix}:{key}");
        }
        let mut name = format!("{prefix}:#");
        for byte in Sha256::digest(key) {
            // Writing to a string does not fail.
            let _ = write!(name, "{byte:02x}");
        }
        name
    }
}

#[async_trait]
impl<R: Remote> Cache for RemoteCache<R> {
    async fn get(&self, key: &str) -> Lookup {
        let name = self.name(key);
        let answer = self.watched.ask(|remote| remote.get(&name)).await;
        answer.unwrap_or(Lookup::Missing(None))
    }

    async fn put(&self, key: &str, lease: Lease, value: Bytes, ttl: Duration) {
        if value.len() > MAX_VALUE_BYTES {
            return;
        }
        let name = self.name(key);
        self.watched.ask(|remote| remote.put(&name, lease, value, ttl)).await;
    }

    async fn remove(&self, key: &str) {
        self.watched.remove(self.name(key)).await;
    }
}

#[async_trait]
impl<R: Remote> Counters for RemoteCache<R> {
    async fn add(&self, key: &str, other: &str, ttl: Duration) -> Option<Counted> {
        let [key, other] = [key, other].map(|key| self.name(&format!("count:{key}")));
        self.watched.ask(|remote| remote.add(&key, &other, ttl)).await
    }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Stands before every value, to tell it from what a server keeps for a lease.
const KEPT: u8 = b'v';

/// A value as servers keep it.
pub(crate) fn pack(value: &[u8]) -> Vec<u8> {
    [&[KEPT], value].concat()
}

/// The value, if it is one.
pub(crate) fn unpack(kept: &Bytes) -> Option<Bytes> {
    (kept.first() == Some(&KEPT)).then(|| kept.slice(1..))
}
