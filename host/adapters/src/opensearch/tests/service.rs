//! Against a real cluster.

use repono_service::ports::{SearchIndex as _, contract};

use crate::opensearch::{OpenSearch, SearchOptions};
use crate::test_service::url;

/// Options for the cluster that tests use, with a prefix that no other test has.
pub(super) fn options() -> SearchOptions {
    SearchOptions {
        prefix: format!("test-{:016x}-", rand::random::<u64>()),
        replicas: 0,
        ..SearchOptions::new(url("REPONO_TEST_SEARCH"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_the_contract() {
    let backend = OpenSearch::connect(&options()).await.unwrap();

    contract::search::keeps_the_contract(&backend).await.unwrap();

    assert!(backend.indices().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_what_was_written() {
    let options = options();

    contract::search::keeps_what_was_written(async || OpenSearch::connect(&options).await.unwrap())
        .await
        .unwrap();
}
