//! What the tests of all servers share.

pub(crate) mod away;

use std::time::Duration;

use repono_service::ports::{Cache, Counters, Lookup, contract};

pub(crate) use super::RemoteCacheOptions as Options;

/// With names that no other test has, and time enough for a busy machine.
pub(crate) fn options() -> Options {
    let prefix = format!("test-{:016x}", rand::random::<u64>());
    Options { prefix, timeout: Duration::from_secs(5) }
}

/// The suite, on two nodes.
pub(crate) async fn keeps_the_contract<C: Cache>(
    url: &str,
    open: impl AsyncFn(String, Options) -> C,
) {
    let options = options();
    let here = open(url.to_owned(), options.clone()).await;
    let there = open(url.to_owned(), options).await;

    contract::cache::keeps_the_contract(&here, &there).await;
}

/// The same of its counters.
pub(crate) async fn counters_keep_the_contract<C: Counters>(
    url: &str,
    open: impl AsyncFn(String, Options) -> C,
) {
    let options = options();
    let here = open(url.to_owned(), options.clone()).await;
    let there = open(url.to_owned(), options).await;

    contract::counters::keep_the_contract(&here, &there).await;
}

/// One cache for each of two sites.
pub(crate) async fn sites_do_not_meet<C: Cache>(
    url: &str,
    open: impl AsyncFn(String, Options) -> C,
) {
    let one = open(url.to_owned(), options()).await;
    let other = open(url.to_owned(), options()).await;
    contract::cache::put(&one, "page", "one").await;
    contract::cache::put(&other, "page", "other").await;

    one.remove("page").await;

    assert!(matches!(one.get("page").await, Lookup::Missing(_)));
    contract::cache::is_kept(&other, "page", "other").await;
    other.remove("page").await;
}
