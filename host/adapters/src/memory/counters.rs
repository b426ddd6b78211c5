//! Counters of this process alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use moka::Expiry;
use moka::sync::Cache as Moka;
use repono_service::ports::{Counted, Counters};

/// Counters at a time; of more, those go first that are added to least.
const MOST: u64 = 100_000;

/// Counts what happens in this process.
pub struct MemoryCounters(Moka<String, Counter>);

#[derive(Clone)]
struct Counter {
    count: Arc<AtomicU64>,
    ttl: Duration,
}

struct FromItsFirst;

impl Expiry<String, Counter> for FromItsFirst {
    fn expire_after_create(&self, _: &String, counter: &Counter, _: Instant) -> Option<Duration> {
        Some(counter.ttl)
    }
}

impl Default for MemoryCounters {
    fn default() -> Self {
        Self(Moka::builder().max_capacity(MOST).expire_after(FromItsFirst).build())
    }
}

#[async_trait]
impl Counters for MemoryCounters {
    async fn add(&self, key: &str, other: &str, ttl: Duration) -> Option<Counted> {
        let counter =
            self.0.entry_by_ref(key).or_insert_with(|| Counter { count: Arc::default(), ttl });
        let added = counter.value().count.fetch_add(1, Ordering::Relaxed) + 1;
        let other = self.0.get(other).map(|other| other.count.load(Ordering::Relaxed));
        Some(Counted { added, other: other.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use repono_service::ports::contract;

    use super::*;

    #[tokio::test]
    async fn they_keep_the_contract() {
        let counters = MemoryCounters::default();

        contract::counters::keep_the_contract(&counters, &counters).await;
    }
}
