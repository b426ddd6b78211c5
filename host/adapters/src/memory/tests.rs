//! The contract, and the bound.

use std::time::Duration;

use bytes::Bytes;
use repono_service::ports::{Cache as _, Lookup, contract};

use super::MemoryCache;

#[tokio::test]
async fn keeps_the_contract() {
    let cache = MemoryCache::new(32 << 20);

    contract::cache::keeps_the_contract(&cache, &cache).await;
}

#[tokio::test]
async fn the_bound_is_kept() {
    let cache = MemoryCache::new(100_000);

    for number in 0..1000 {
        let key = format!("record-{number}");
        if let Lookup::Missing(Some(lease)) = cache.get(&key).await {
            let value = Bytes::from(vec![0; 1000]);
            cache.put(&key, lease, value, Duration::from_hours(1)).await;
        }
    }

    cache.entries.run_pending_tasks();
    assert!(cache.entries.weighted_size() <= 100_000);
}
