//! [`crate::ports::Cache`]: what is old is not kept, on whichever node it was computed.

use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use tokio::time::{Instant, sleep};

use crate::ports::{Cache, Lease, Lookup};

const HOUR: Duration = Duration::from_hours(1);

/// Runs the whole suite on an empty cache, as two nodes see it.
pub async fn keeps_the_contract(here: &dyn Cache, there: &dyn Cache) {
    what_is_put_is_found_on_every_node(here, there).await;
    of_all_who_miss_one_may_put(here, there).await;
    what_is_removed_is_gone_on_every_node(here, there).await;
    what_was_computed_before_a_removal_is_not_kept(here, there).await;
    a_lease_from_before_a_removal_is_not_that_of_after(here, there).await;
    a_lease_is_good_for_one_value(here).await;
    a_lease_is_good_for_one_key(here).await;
    what_was_never_known_can_be_removed(here).await;
    a_value_is_forgotten_after_its_time(here).await;
    a_value_without_time_is_not_kept(here).await;
    a_lease_that_is_not_used_ends(here).await;
    any_bytes_are_kept(here).await;
    any_key_is_a_key_of_its_own(here).await;
    a_large_value_is_whole_or_missing(here).await;
    many_callers_do_not_meet(here, there).await;
}

async fn what_is_put_is_found_on_every_node(here: &dyn Cache, there: &dyn Cache) {
    put(here, "shared", "page").await;

    assert_eq!(here.get("shared").await, kept("page"));
    assert_eq!(there.get("shared").await, kept("page"));
}

async fn of_all_who_miss_one_may_put(here: &dyn Cache, there: &dyn Cache) {
    let first = here.get("crowd").await;
    let others = [there.get("crowd").await, here.get("crowd").await];

    assert!(matches!(first, Lookup::Missing(Some(_))), "{first:?}");
    assert_eq!(others, [Lookup::Missing(None), Lookup::Missing(None)]);
}

async fn what_is_removed_is_gone_on_every_node(here: &dyn Cache, there: &dyn Cache) {
    put(here, "removed", "page").await;

    there.remove("removed").await;

    assert!(matches!(here.get("removed").await, Lookup::Missing(_)));
    assert!(matches!(there.get("removed").await, Lookup::Missing(_)));
}

async fn what_was_computed_before_a_removal_is_not_kept(here: &dyn Cache, there: &dyn Cache) {
    let lease = lease(here, "overtaken").await;
    there.remove("overtaken").await;

    here.put("overtaken", lease, "old".into(), HOUR).await;

    assert!(matches!(there.get("overtaken").await, Lookup::Missing(_)));
}

async fn a_lease_from_before_a_removal_is_not_that_of_after(here: &dyn Cache, there: &dyn Cache) {
    let before = lease(here, "renewed").await;
    there.remove("renewed").await;
    let after = lease(there, "renewed").await;

    here.put("renewed", before, "old".into(), HOUR).await;
    assert_eq!(here.get("renewed").await, Lookup::Missing(None));

    there.put("renewed", after, "new".into(), HOUR).await;
    assert_eq!(here.get("renewed").await, kept("new"));

    here.put("renewed", before, "old".into(), HOUR).await;
    assert_eq!(here.get("renewed").await, kept("new"));
}

async fn a_lease_is_good_for_one_value(cache: &dyn Cache) {
    let lease = lease(cache, "once").await;
    cache.put("once", lease, "first".into(), HOUR).await;

    cache.put("once", lease, "second".into(), HOUR).await;

    assert_eq!(cache.get("once").await, kept("first"));
}

async fn a_lease_is_good_for_one_key(cache: &dyn Cache) {
    let lease = lease(cache, "mine").await;
    self::lease(cache, "another's").await;

    cache.put("another's", lease, "page".into(), HOUR).await;

    assert_eq!(cache.get("another's").await, Lookup::Missing(None));
}

async fn what_was_never_known_can_be_removed(cache: &dyn Cache) {
    cache.remove("unknown").await;

    put(cache, "unknown", "page").await;
    assert_eq!(cache.get("unknown").await, kept("page"));
}

async fn a_value_is_forgotten_after_its_time(cache: &dyn Cache) {
    let lease = lease(cache, "short").await;
    cache.put("short", lease, "page".into(), Duration::from_secs(2)).await;

    assert_eq!(cache.get("short").await, kept("page"));
    is_missing_within(cache, "short", Duration::from_secs(4)).await;
}

async fn a_value_without_time_is_not_kept(cache: &dyn Cache) {
    let lease = lease(cache, "timeless").await;

    cache.put("timeless", lease, "page".into(), Duration::ZERO).await;

    assert!(matches!(cache.get("timeless").await, Lookup::Missing(_)));
}

async fn a_lease_that_is_not_used_ends(cache: &dyn Cache) {
    let first = lease(cache, "abandoned").await;
    let patience = Instant::now() + Lease::TTL + Duration::from_secs(2);

    let second = loop {
        if let Lookup::Missing(Some(lease)) = cache.get("abandoned").await {
            break lease;
        }
        assert!(Instant::now() < patience, "the lease did not end");
        sleep(Duration::from_millis(100)).await;
    };

    cache.put("abandoned", first, "late".into(), HOUR).await;
    assert_eq!(cache.get("abandoned").await, Lookup::Missing(None));
    cache.put("abandoned", second, "page".into(), HOUR).await;
    assert_eq!(cache.get("abandoned").await, kept("page"));
}

async fn any_bytes_are_kept(cache: &dyn Cache) {
    let long = vec![7; 100_000];
    let values: [&[u8]; 5] = [b"", b"\0", b"\r\nEND\r\n", b"l\xff\xfe", &long];
    for (number, value) in values.iter().enumerate() {
        let key = format!("bytes-{number}");
        let lease = lease(cache, &key).await;

        cache.put(&key, lease, Bytes::copy_from_slice(value), HOUR).await;

        assert_eq!(cache.get(&key).await, Lookup::Kept(Bytes::copy_from_slice(value)), "{key}");
    }
}

async fn any_key_is_a_key_of_its_own(cache: &dyn Cache) {
    let long = "k".repeat(1000);
    let longer = "k".repeat(1001);
    let injected = "a\r\nset b 0 0 1\r\nx";
    let keys = [
        "",
        " ",
        "a",
        "A",
        "a b",
        "a\0b",
        "a\n",
        injected,
        "b",
        "été",
        "e\u{301}te\u{301}",
        &long,
        &longer,
    ];
    for key in keys {
        put(cache, key, &format!("of {key}")).await;
    }

    for key in keys {
        assert_eq!(cache.get(key).await, kept(&format!("of {key}")), "{key:?}");
        cache.remove(key).await;
        assert!(matches!(cache.get(key).await, Lookup::Missing(_)), "{key:?}");
    }
}

async fn a_large_value_is_whole_or_missing(cache: &dyn Cache) {
    let large = Bytes::from(vec![b'x'; 3_000_000]);
    let lease = lease(cache, "large").await;

    cache.put("large", lease, large.clone(), HOUR).await;

    let found = cache.get("large").await;
    assert!(found == Lookup::Kept(large) || matches!(found, Lookup::Missing(_)));
    put(cache, "after", "page").await;
    assert_eq!(cache.get("after").await, kept("page"), "it harms nothing else");
}

async fn many_callers_do_not_meet(here: &dyn Cache, there: &dyn Cache) {
    let one = |number: usize| async move {
        let node = if number.is_multiple_of(2) { here } else { there };
        let (key, value) = (format!("crowd-{number}"), format!("page {number}"));
        put(node, &key, &value).await;
        assert_eq!(node.get(&key).await, kept(&value));
        node.remove(&key).await;
        assert!(matches!(node.get(&key).await, Lookup::Missing(Some(_))));
    };

    join_all((0..200).map(one)).await;
}

/// What an adapter's own tests begin with, too.
pub async fn put(cache: &dyn Cache, key: &str, value: &str) {
    let lease = lease(cache, key).await;
    cache.put(key, lease, value.to_owned().into(), HOUR).await;
}

/// The value is found.
pub async fn is_kept(cache: &dyn Cache, key: &str, value: &str) {
    assert_eq!(cache.get(key).await, kept(value), "{key}");
}

/// Waits until the key is not known any more.
pub async fn is_missing_within(cache: &dyn Cache, key: &str, patience: Duration) {
    let asked = Instant::now();
    while let Lookup::Kept(value) = cache.get(key).await {
        assert!(asked.elapsed() < patience, "{key} is still {value:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn lease(cache: &dyn Cache, key: &str) -> Lease {
    match cache.get(key).await {
        Lookup::Missing(Some(lease)) => lease,
        other => panic!("no lease of {key:?} but {other:?}"),
    }
}

fn kept(value: &str) -> Lookup {
    Lookup::Kept(value.to_owned().into())
}
