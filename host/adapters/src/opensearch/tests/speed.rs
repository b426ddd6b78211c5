//! How fast it is:
//!
//! `REPONO_TEST_SEARCH=http://127.0.0.1:9200 cargo test --release -p repono-adapters --features services opensearch::tests::speed -- --ignored --nocapture`

use std::time::{Duration, Instant};

use futures::future::join_all;
use repono_service::ports::{IndexDefinition, IndexName, IndexWrite, SearchIndex as _, Visible};
use reqwest::Method;
use serde_json::{Value, json};

use super::service::options;
use crate::opensearch::OpenSearch;
use crate::opensearch::client::Content;

/// Callers at a time.
const CALLERS: usize = 8;
/// Writes of each.
const WRITES: usize = 60;

/// One after the other for each caller, all callers at once. Returns writes a second and the mean time of one.
async fn measured(write: impl AsyncFn(String)) -> (f64, Duration) {
    let start = Instant::now();
    let caller = async |caller: usize| {
        for number in 0..WRITES {
            write(format!("{caller}-{number}")).await;
        }
    };
    join_all((0..CALLERS).map(caller)).await;
    let took = start.elapsed();
    let count = f64::from(u32::try_from(CALLERS * WRITES).unwrap());
    (count / took.as_secs_f64(), took.mul_f64(1.0 / f64::from(u32::try_from(WRITES).unwrap())))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures"]
async fn a_shared_refresh_against_the_clusters_own() {
    let backend = OpenSearch::connect(&options()).await.unwrap();
    let index = IndexName("speed".to_owned());
    for round in 0..2 {
        backend.create(&index, &IndexDefinition::default()).await.unwrap();
        let alias = backend.layout(&index).await.unwrap().alias.clone();
        let body: Value = json!({});
        let shared = measured(async |key| {
            let write = IndexWrite { key, version: 1, body: Some(body.clone()) };
            backend.write(&index, vec![write], Visible::OnReturn).await.unwrap();
        })
        .await;
        let by_cluster = async |refresh: &str| {
            measured(async |key| {
                let lines = format!(
                    "{{\"index\":{{\"_id\":\"{refresh}{key}\"}}}}\n{{\"key\":\"{key}\"}}\n"
                );
                let path = format!("{alias}/_bulk?refresh={refresh}");
                let content = Content::Lines(lines.into());
                backend.client.ask::<Value>(&Method::POST, &path, content).await.unwrap();
            })
            .await
        };
        let each = by_cluster("true").await;
        let waited = by_cluster("wait_for").await;
        println!(
            "round {round}: shared {shared:?}, refresh=true {each:?}, refresh=wait_for {waited:?}"
        );
        backend.remove(&index).await.unwrap();
    }
}
