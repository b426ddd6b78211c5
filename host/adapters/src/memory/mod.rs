//! A cache and counters within the process.

mod counters;

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use moka::Expiry;
use moka::ops::compute::Op;
use moka::sync::Cache as Moka;
use repono_service::ports::{Cache, Lease, Lookup};

pub use self::counters::MemoryCounters;

/// Keeps what is used most, up to a number of bytes.
pub struct MemoryCache {
    entries: Moka<String, Entry>,
    leases: AtomicU64,
}

#[derive(Clone)]
enum Entry {
    Kept { value: Bytes, ttl: Duration },
    Leased(Lease),
}

struct PerEntry;

impl PerEntry {
    fn ttl(entry: &Entry) -> Duration {
        match entry {
            Entry::Kept { ttl, .. } => *ttl,
            Entry::Leased(_) => Lease::TTL,
        }
    }
}

impl Expiry<String, Entry> for PerEntry {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(Self::ttl(entry))
    }

    fn expire_after_update(
        &self,
        _: &String,
        entry: &Entry,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(Self::ttl(entry))
    }
}

impl MemoryCache {
    /// Keeps at most `max_bytes` of keys and values.
    pub fn new(max_bytes: u64) -> Self {
        let weigh = |key: &String, entry: &Entry| {
            let bytes = match entry {
                Entry::Kept { value, .. } => value.len(),
                Entry::Leased(_) => size_of::<Lease>(),
            };
            u32::try_from(key.len() + bytes).unwrap_or(u32::MAX)
        };
        let entries =
            Moka::builder().max_capacity(max_bytes).weigher(weigh).expire_after(PerEntry).build();
        Self { entries, leases: AtomicU64::new(0) }
    }
}

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &str) -> Lookup {
        match self.entries.get(key) {
            Some(Entry::Kept { value, .. }) => return Lookup::Kept(value),
            Some(Entry::Leased(_)) => return Lookup::Missing(None),
            None => {}
        }
        let lease = Lease(self.leases.fetch_add(1, Ordering::Relaxed).into());
        let entry = self.entries.entry_by_ref(key).or_insert(Entry::Leased(lease));
        match entry.value() {
            Entry::Kept { value, .. } => Lookup::Kept(value.clone()),
            Entry::Leased(granted) => Lookup::Missing((*granted == lease).then_some(lease)),
        }
    }

    async fn put(&self, key: &str, lease: Lease, value: Bytes, ttl: Duration) {
        self.entries.entry_by_ref(key).and_compute_with(|found| {
            match found.map(moka::Entry::into_value) {
                Some(Entry::Leased(granted)) if granted == lease => {
                    Op::Put(Entry::Kept { value, ttl })
                }
                _ => Op::Nop,
            }
        });
    }

    /// Not with moka's `invalidate`, which may run in the midst of a `put`: computations on a key
    /// do not.
    async fn remove(&self, key: &str) {
        self.entries.entry_by_ref(key).and_compute_with(|found| match found {
            Some(_) => Op::Remove,
            None => Op::Nop,
        });
    }
}
