//! The contracts, against a real server.

use redis::Client;
use repono_service::ports::Broker as _;
use repono_service::ports::contract::broker::{Abilities, nothing_comes, publish, receive};

use super::RedisStreams;
use crate::brokers::{BrokerOptions, tests};
use crate::test_service;

const SERVER: &str = "REPONO_TEST_REDIS";

fn open(url: &str, options: BrokerOptions) -> RedisStreams {
    RedisStreams::open(url, options).unwrap()
}

/// Removes what begins with a prefix.
async fn clean(prefix: &str) {
    let client = Client::open(test_service::url(SERVER)).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let keys = redis::cmd("KEYS").arg(format!("{{{prefix}*")).to_owned();
    let keys: Vec<String> = keys.query_async(&mut connection).await.unwrap();
    if !keys.is_empty() {
        redis::cmd("DEL").arg(keys).exec_async(&mut connection).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_the_contract() {
    let (url, options) = (test_service::url(SERVER), tests::options());
    let abilities = Abilities { keeps_order: true, tells_age: true, tells_held: true };

    tests::keeps_the_contract(|| open(&url, options.clone()), abilities).await;

    clean(&options.prefix).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn brings_tasks_to_workers() {
    let options = tests::options();

    tests::brings_tasks_to_workers(open(&test_service::url(SERVER), options.clone())).await;

    clean(&options.prefix).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn survives_bad_lines() {
    let prefixes = tests::survives_bad_lines(&test_service::url(SERVER), open).await;

    for prefix in prefixes {
        clean(&prefix).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_refilled_after_it_lost_everything() {
    let options = tests::options();
    let lose = async |_: &str| clean(&options.prefix).await;

    tests::is_refilled(open(&test_service::url(SERVER), options.clone()), lose).await;

    clean(&options.prefix).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_a_delivery_does_nothing_with_it() {
    let (url, options) = (test_service::url(SERVER), tests::options());
    let (here, there) = (open(&url, options.clone()), open(&url, options.clone()));
    let queue = "lost";
    publish(&here, queue).await;
    let lost = receive(&here, queue).await;
    // Nobody keeps it.
    let held = receive(&there, queue).await;
    assert_eq!(held.task, lost.task);

    here.acknowledge(std::slice::from_ref(&lost)).await.unwrap();
    here.give_back(&lost).await.unwrap();

    nothing_comes(&here, queue, options.visibility / 2).await;
    assert_eq!(here.depth(queue).await.unwrap().held, Some(1));
    there.acknowledge(&[held]).await.unwrap();
    assert_eq!(here.depth(queue).await.unwrap().held, Some(0));
    clean(&options.prefix).await;
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_being_repeated() {
    let refused = RedisStreams::open("http://user:secret@host", tests::options()).err().unwrap();

    assert!(!refused.to_string().contains("secret"), "{refused}");
}
