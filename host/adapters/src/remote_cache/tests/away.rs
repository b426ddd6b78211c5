//! What every server's cache does when the server goes away and comes back.

use std::time::Duration;

use repono_service::ports::{Cache, Lookup, contract};
use tokio::time::{Instant, sleep};

use super::{Options, options};
use crate::test_proxy::{Proxy, Way};

/// As in production.
const TIMEOUT: Duration = Duration::from_millis(100);
/// A round of looking for the server, on a busy machine.
const SOON: Duration = Duration::from_secs(5);

/// Runs all of them against the server at `url`.
pub(crate) async fn is_survived<C: Cache>(url: &str, open: impl AsyncFn(String, Options) -> C) {
    for way in [Way::Cut, Way::Silent] {
        a_server_that_goes_away_is_asked_nothing_and_found_again(url, &open, way).await;
        what_was_removed_meanwhile_is_gone_when_it_is_back(url, &open, way).await;
        a_server_that_is_not_there_at_the_start_is_used_once_it_is(url, &open, way).await;
    }
}

async fn a_server_that_goes_away_is_asked_nothing_and_found_again<C: Cache>(
    url: &str,
    open: &impl AsyncFn(String, Options) -> C,
    way: Way,
) {
    let (proxy, cache) = through_proxy(url, open, options(), Way::Open).await;
    contract::cache::put(&cache, "page", "kept").await;

    proxy.set(way);
    let asked = Instant::now();
    assert_eq!(cache.get("page").await, Lookup::Missing(None));
    assert!(asked.elapsed() < TIMEOUT * 4, "{way:?}: {:?}", asked.elapsed());
    let asked = Instant::now();
    for _ in 0..1000 {
        assert_eq!(cache.get("page").await, Lookup::Missing(None));
    }
    assert!(asked.elapsed() < TIMEOUT, "{way:?}: a thousand took {:?}", asked.elapsed());

    proxy.set(Way::Open);
    is_kept_soon(&cache, "page", "kept").await;
    cache.remove("page").await;
}

async fn what_was_removed_meanwhile_is_gone_when_it_is_back<C: Cache>(
    url: &str,
    open: &impl AsyncFn(String, Options) -> C,
    way: Way,
) {
    let options = options();
    let elsewhere = open(url.to_owned(), options.clone()).await;
    let (proxy, cache) = through_proxy(url, open, options, Way::Open).await;
    // More than a batch.
    let keys: Vec<_> = (0..1200).map(|number| format!("page-{number}")).collect();
    for key in &keys {
        contract::cache::put(&elsewhere, key, "old").await;
    }
    contract::cache::put(&elsewhere, "untouched", "kept").await;

    proxy.set(way);
    for key in &keys {
        cache.remove(key).await;
    }
    contract::cache::is_kept(&elsewhere, &keys[0], "old").await;

    proxy.set(Way::Open);
    for key in &keys {
        contract::cache::is_missing_within(&elsewhere, key, SOON).await;
    }
    is_kept_soon(&cache, "untouched", "kept").await;
    for key in &keys {
        assert!(matches!(cache.get(key).await, Lookup::Missing(_)));
    }
    cache.remove("untouched").await;
}

async fn a_server_that_is_not_there_at_the_start_is_used_once_it_is<C: Cache>(
    url: &str,
    open: &impl AsyncFn(String, Options) -> C,
    way: Way,
) {
    let (proxy, cache) = through_proxy(url, open, options(), way).await;
    assert_eq!(cache.get("page").await, Lookup::Missing(None));

    proxy.set(Way::Open);
    let asked = Instant::now();
    while cache.get("page").await == Lookup::Missing(None) {
        assert!(asked.elapsed() < SOON * 2, "{way:?}: it was not found");
        sleep(Duration::from_millis(50)).await;
    }
    cache.remove("page").await;
    contract::cache::put(&cache, "page", "kept").await;

    contract::cache::is_kept(&cache, "page", "kept").await;
    cache.remove("page").await;
}

async fn through_proxy<C: Cache>(
    url: &str,
    open: &impl AsyncFn(String, Options) -> C,
    options: Options,
    way: Way,
) -> (Proxy, C) {
    let (scheme, server) = url.split_once("://").unwrap();
    let server = server.trim_end_matches('/');
    let proxy = Proxy::to(server, way).await;
    let cache =
        open(format!("{scheme}://{}", proxy.address), Options { timeout: TIMEOUT, ..options })
            .await;
    (proxy, cache)
}

async fn is_kept_soon(cache: &dyn Cache, key: &str, value: &str) {
    let asked = Instant::now();
    while cache.get(key).await != Lookup::Kept(value.to_owned().into()) {
        assert!(asked.elapsed() < SOON, "{key} was not found again");
        sleep(Duration::from_millis(20)).await;
    }
}
