//! The contracts, against a real server.

use std::time::Duration;

use lapin::options::{ExchangeDeleteOptions, QueueDeleteOptions};
use repono_service::ports::contract::broker::Abilities;
use repono_service::ports::{Broker as _, contract};

use super::{Rabbitmq, Topology};
use crate::brokers::{BrokerOptions, tests};
use crate::test_service;

const SERVER: &str = "REPONO_TEST_RABBITMQ";

fn open(url: &str, options: BrokerOptions) -> Rabbitmq {
    Rabbitmq::open(url, options).unwrap()
}

/// What a test leaves besides queues, which expire.
async fn clean(options: &BrokerOptions) {
    let rabbitmq = open(&test_service::url(SERVER), options.clone());
    let session = rabbitmq.session().await.unwrap();
    for name in Topology::of(options).delays() {
        session
            .channel()
            .queue_delete(name.as_str().into(), QueueDeleteOptions::default())
            .await
            .unwrap();
        let deleted =
            session.channel().exchange_delete(name.into(), ExchangeDeleteOptions::default());
        deleted.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_the_contract() {
    let (url, options) = (test_service::url(SERVER), tests::options());
    let abilities = Abilities { keeps_order: true, tells_age: false, tells_held: false };

    tests::keeps_the_contract(|| open(&url, options.clone()), abilities).await;

    clean(&options).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn brings_tasks_to_workers() {
    let options = tests::options();

    tests::brings_tasks_to_workers(open(&test_service::url(SERVER), options.clone())).await;

    clean(&options).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn survives_bad_lines() {
    let prefixes = tests::survives_bad_lines(&test_service::url(SERVER), open).await;

    for prefix in prefixes {
        clean(&BrokerOptions { prefix, ..tests::options() }).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_refilled_after_its_queues_were_removed() {
    let options = tests::options();
    let other = open(&test_service::url(SERVER), options.clone());
    let lose = async |queue: &str| {
        let session = other.session().await.unwrap();
        let name = options.name(queue);
        session.channel().queue_delete(name.into(), QueueDeleteOptions::default()).await.unwrap();
    };

    tests::is_refilled(open(&test_service::url(SERVER), options.clone()), lose).await;

    clean(&options).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_notice_is_put_among_the_dead() {
    let options = tests::options();
    let rabbitmq = open(&test_service::url(SERVER), options.clone());
    let queue = "foreign";
    let session = rabbitmq.session().await.unwrap();
    let name = session.declare(queue).await.unwrap();
    for payload in [&b"\xff\xfe"[..], &[b'x'; 100], b""] {
        let publish = session.publisher().basic_publish(
            "".into(),
            name.as_str().into(),
            lapin::options::BasicPublishOptions::default(),
            payload,
            lapin::BasicProperties::default(),
        );
        publish.await.unwrap().await.unwrap();
    }
    let notice = contract::broker::publish(&rabbitmq, queue).await;

    let delivery = contract::broker::receive(&rabbitmq, queue).await;

    assert_eq!(delivery.task, notice.task);
    rabbitmq.acknowledge(&[delivery]).await.unwrap();
    while rabbitmq.depth(queue).await.unwrap().dead < 3 {
        contract::broker::nothing_comes(&rabbitmq, queue, Duration::from_millis(100)).await;
    }
    clean(&options).await;
}

#[test]
fn an_address_that_is_none_is_refused_without_being_repeated() {
    let refused = Rabbitmq::open("http://user:secret@host", tests::options()).err().unwrap();

    assert!(!refused.to_string().contains("secret"), "{refused}");
}
