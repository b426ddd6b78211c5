//! The contract, against a real server, and what happens when it goes away.

use std::time::Duration;

use bytes::Bytes;
use repono_service::ports::{Cache as _, Lease, Lookup, contract};

use super::MemcachedCache;
use crate::remote_cache::MAX_VALUE_BYTES;
use crate::remote_cache::tests::{self, Options, away, options};
use crate::test_service;

const SERVER: &str = "REPONO_TEST_MEMCACHED";

async fn open(url: String, options: Options) -> MemcachedCache {
    MemcachedCache::open(&url, options).await.unwrap()
}

#[tokio::test]
async fn keeps_the_contract() {
    tests::keeps_the_contract(&test_service::url(SERVER), open).await;
}

#[tokio::test]
async fn counters_keep_the_contract() {
    tests::counters_keep_the_contract(&test_service::url(SERVER), open).await;
}

#[tokio::test]
async fn an_outage_is_survived() {
    away::is_survived(&test_service::url(SERVER), open).await;
}

#[tokio::test]
async fn sites_with_other_prefixes_do_not_meet() {
    tests::sites_do_not_meet(&test_service::url(SERVER), open).await;
}

#[tokio::test]
async fn the_largest_value_is_kept() {
    let cache = open(test_service::url(SERVER), options()).await;
    let Lookup::Missing(Some(lease)) = cache.get("largest").await else { panic!("no lease") };
    let value = Bytes::from(vec![b'x'; MAX_VALUE_BYTES]);

    cache.put("largest", lease, value.clone(), Duration::from_mins(1)).await;

    assert!(cache.get("largest").await == Lookup::Kept(value));
    cache.remove("largest").await;
}

#[tokio::test]
async fn a_time_longer_than_the_server_counts_is_no_date() {
    let cache = open(test_service::url(SERVER), options()).await;
    let Lookup::Missing(Some(lease)) = cache.get("years").await else { panic!("no lease") };

    cache.put("years", lease, "page".into(), Duration::from_hours(24 * 365)).await;

    contract::cache::is_kept(&cache, "years", "page").await;
    cache.remove("years").await;
}

#[tokio::test]
async fn a_lease_of_an_earlier_run_of_the_server_has_ended() {
    let cache = open(test_service::url(SERVER), options()).await;
    let Lookup::Missing(Some(lease)) = cache.get("page").await else { panic!("no lease") };
    // The same item, of a server that was started a second earlier.
    let earlier = Lease(lease.0 - (1 << (64 + 32)));

    cache.put("page", earlier, "old".into(), Duration::from_mins(1)).await;
    assert_eq!(cache.get("page").await, Lookup::Missing(None));

    cache.put("page", lease, "new".into(), Duration::from_mins(1)).await;
    contract::cache::is_kept(&cache, "page", "new").await;
    cache.remove("page").await;
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_being_repeated() {
    for address in
        ["memcache://", "redis://host", "memcache://user:secret@host", "memcache://host/path"]
    {
        let refused = MemcachedCache::open(address, options()).await.err().unwrap();

        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
}
