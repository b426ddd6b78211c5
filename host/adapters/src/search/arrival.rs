//! A property that every engine has, tried with histories that nobody thought of.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::collection::vec;
use proptest::test_runner::{Config, TestRunner};
use repono_service::ports::SearchIndex;
use repono_service::ports::contract::search::arrival::ends_with_the_last_versions;

/// Tries so many histories of writes that are late, repeated and out of order.
pub(crate) fn any_order_ends_with_the_last_versions(
    runtime: &tokio::runtime::Runtime,
    backend: &dyn SearchIndex,
    histories: u32,
) {
    let count = AtomicUsize::new(0);
    let config = Config { cases: histories, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&vec(vec((0_u8..6, 1_u64..12), 0..8), 1..12), |batches| {
            let name = format!("arrival-{}", count.fetch_add(1, Ordering::Relaxed));
            runtime.block_on(ends_with_the_last_versions(backend, &name, &batches)).unwrap();
            Ok(())
        })
        .unwrap();
}
