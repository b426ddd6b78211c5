//! [`crate::ports::Counters`]: nobody is forgotten before the time, or counted twice.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep};

use crate::ports::{Counted, Counters};

const HOUR: Duration = Duration::from_hours(1);

/// Runs the whole suite on a backend without counters, as two nodes see it.
pub async fn keep_the_contract(here: &dyn Counters, there: &dyn Counters) {
    nodes_count_together(here, there).await;
    counters_do_not_meet(here).await;
    of_many_at_once_each_is_counted_once(here, there).await;
    a_counter_is_forgotten_after_its_time(here).await;
}

async fn nodes_count_together(here: &dyn Counters, there: &dyn Counters) {
    assert_eq!(here.add("now", "before", HOUR).await, Some(counted(1, 0)));
    assert_eq!(there.add("now", "before", HOUR).await, Some(counted(2, 0)));
    assert_eq!(here.add("later", "now", HOUR).await, Some(counted(1, 2)));
}

async fn counters_do_not_meet(here: &dyn Counters) {
    for key in ["a", "a b", "", "é", &"long".repeat(100)] {
        assert_eq!(here.add(key, "none", HOUR).await, Some(counted(1, 0)), "{key}");
    }
}

async fn of_many_at_once_each_is_counted_once(here: &dyn Counters, there: &dyn Counters) {
    let nodes = [here, there];
    let all = join_all((0..100).map(|number| nodes[number % 2].add("crowd", "none", HOUR))).await;

    let mut seen: Vec<u64> = all.into_iter().map(|counted| counted.unwrap().added).collect();
    seen.sort_unstable();
    assert_eq!(seen, (1..=100).collect::<Vec<_>>());
}

async fn a_counter_is_forgotten_after_its_time(here: &dyn Counters) {
    let ttl = Duration::from_secs(2);
    here.add("brief", "none", ttl).await;
    let begun = Instant::now();
    // To be added to again does not make it live longer.
    while here.add("brief", "none", ttl).await != Some(counted(1, 0)) {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is not forgotten");
        sleep(Duration::from_millis(100)).await;
    }
}

fn counted(added: u64, other: u64) -> Counted {
    Counted { added, other }
}
