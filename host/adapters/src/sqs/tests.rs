//! The contracts, against a service that speaks the protocol, with queues of both kinds.

use std::sync::Arc;
use std::time::Duration;

use repono_service::ports::contract::broker::Abilities;
use serde_json::json;

use super::Sqs;
use super::address::Address;
use super::client::Client;
use crate::brokers::{BrokerOptions, tests};
use crate::system::SystemClock;
use crate::test_service;

const SERVER: &str = "REPONO_TEST_SQS";
const STANDARD: Abilities = Abilities { keeps_order: false, tells_age: false, tells_held: true };
const FIFO: Abilities = Abilities { keeps_order: true, ..STANDARD };

fn open(url: &str, options: BrokerOptions) -> Sqs {
    Sqs::open(url, options, Arc::new(SystemClock)).unwrap()
}

fn standard() -> String {
    test_service::url(SERVER)
}

fn fifo() -> String {
    let mut url = url::Url::parse(&standard()).unwrap();
    url.query_pairs_mut().append_pair("fifo", "true");
    url.into()
}

/// Removes the queues whose names begin with a prefix.
async fn clean(prefix: &str) {
    let address = Address::read(&standard()).unwrap();
    let client = Client::new(address, &tests::options(), Arc::new(SystemClock)).unwrap();
    let all = json!({"QueueNamePrefix": prefix});
    let found = client.ask("ListQueues", &all, Duration::ZERO).await.unwrap();
    for url in found["QueueUrls"].as_array().into_iter().flatten() {
        client.ask("DeleteQueue", &json!({"QueueUrl": url}), Duration::ZERO).await.unwrap();
    }
}

async fn keeps_the_contract(url: String, abilities: Abilities) {
    let options = tests::options();

    tests::keeps_the_contract(|| open(&url, options.clone()), abilities).await;

    clean(&options.prefix).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standard_queues_keep_the_contract() {
    keeps_the_contract(standard(), STANDARD).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_with_an_order_keep_the_contract() {
    keeps_the_contract(fifo(), FIFO).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standard_queues_bring_tasks_to_workers() {
    let options = tests::options();

    tests::brings_tasks_to_workers(open(&standard(), options.clone())).await;

    clean(&options.prefix).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_with_an_order_bring_tasks_to_workers() {
    let options = tests::options();

    tests::brings_tasks_to_workers(open(&fifo(), options.clone())).await;

    clean(&options.prefix).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn survives_bad_lines() {
    let prefixes = tests::survives_bad_lines(&standard(), open).await;

    for prefix in prefixes {
        clean(&prefix).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_refilled_after_its_queues_were_removed() {
    let options = tests::options();
    let lose = async |_: &str| clean(&options.prefix).await;

    tests::is_refilled(open(&standard(), options.clone()), lose).await;

    clean(&options.prefix).await;
}
