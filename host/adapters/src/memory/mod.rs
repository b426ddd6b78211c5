//! A cache within the process.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use moka::Expiry;
use moka::sync::Cache as Moka;
use repono_service::ports::Cache;

/// Keeps what is used most, up to a number of bytes.
pub struct MemoryCache(Moka<String, (Bytes, Duration)>);

struct PerEntry;

impl Expiry<String, (Bytes, Duration)> for PerEntry {
    fn expire_after_create(
        &self,
        _key: &String,
        value: &(Bytes, Duration),
        _now: Instant,
    ) -> Option<Duration> {
        Some(value.1)
    }

    fn expire_after_update(
        &self,
        _key: &String,
        value: &(Bytes, Duration),
        _now: Instant,
        _left: Option<Duration>,
    ) -> Option<Duration> {
        Some(value.1)
    }
}

impl MemoryCache {
    /// Keeps at most `max_bytes` of values.
    pub fn new(max_bytes: u64) -> Self {
        let weigh = |key: &String, value: &(Bytes, Duration)| {
            u32::try_from(key.len() + value.0.len()).unwrap_or(u32::MAX)
        };
        Self(Moka::builder().max_capacity(max_bytes).weigher(weigh).expire_after(PerEntry).build())
    }
}

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &str) -> Option<Bytes> {
        self.0.get(key).map(|(value, _)| value)
    }

    async fn put(&self, key: &str, value: Bytes, ttl: Duration) {
        self.0.insert(key.to_owned(), (value, ttl));
    }

    async fn remove(&self, key: &str) {
        self.0.invalidate(key);
    }
}
