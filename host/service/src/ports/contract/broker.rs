//! [`crate::ports::Broker`]: every notice to some worker, until it is acknowledged.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join;
use repono_domain::TaskId;
use tokio::time::Instant;

use super::samples::number;
use crate::ports::{Broker, Delivery, Notice};

/// What is on its way has arrived by then.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a broker can do.
#[derive(Clone, Copy, Debug)]
pub struct Abilities {
    /// A single worker gets notices of one key in the order in which they were published.
    pub keeps_order: bool,
    /// It tells how long the oldest notice has waited.
    pub tells_age: bool,
    /// It tells how many are in workers' hands.
    pub tells_held: bool,
}

/// Runs the whole suite. Each process opens the broker anew; a delivery that nobody keeps is another's
/// after `visibility`, and a notice is delivered `deliveries` times at most.
pub async fn keeps_the_contract(
    open: impl AsyncFn() -> Arc<dyn Broker>,
    abilities: Abilities,
    visibility: Duration,
    deliveries: u32,
) {
    let (here, there) = (&*open().await, &*open().await);
    here.ping().await.unwrap();
    a_notice_is_delivered_until_it_is_acknowledged(here, visibility).await;
    each_notice_goes_to_one_worker(here, there).await;
    a_worker_gets_no_more_than_it_asks_for(here).await;
    queues_do_not_mix(here).await;
    queues_may_have_any_name(here).await;
    what_is_given_back_comes_again(here).await;
    what_is_kept_stays(here, there, visibility).await;
    what_a_dead_worker_had_comes_again(&open, there).await;
    what_is_delivered_too_often_is_put_among_the_dead(&open, there, deliveries).await;
    what_is_delayed_comes_later(here).await;
    a_purge_leaves_nothing(here).await;
    the_depth_is_told(here, abilities).await;
    who_waits_is_told_when_something_comes(here, there).await;
    a_wait_ends_when_nothing_comes(here).await;
    if abilities.keeps_order {
        notices_of_one_key_come_in_their_order(here).await;
    }
}

async fn a_notice_is_delivered_until_it_is_acknowledged(broker: &dyn Broker, visibility: Duration) {
    let queue = queue();
    let notice = publish(broker, &queue).await;

    let delivery = receive(broker, &queue).await;
    assert_eq!((&delivery.task, &delivery.queue), (&notice.task, &queue));
    broker.acknowledge(&[delivery]).await.unwrap();

    nothing_comes(broker, &queue, visibility * 2).await;
}

async fn each_notice_goes_to_one_worker(here: &dyn Broker, there: &dyn Broker) {
    let queue = queue();
    let notices: Vec<_> = (0..40).map(|_| notice(&queue)).collect();
    here.publish(&notices).await.unwrap();

    let mut received = HashSet::new();
    let begun = Instant::now();
    while received.len() < notices.len() {
        assert!(begun.elapsed() < PATIENCE, "only {} came", received.len());
        let queues = [queue.clone()];
        let (ours, theirs) = join(here.receive(&queues, 7), there.receive(&queues, 7)).await;
        for (broker, deliveries) in [(here, ours.unwrap()), (there, theirs.unwrap())] {
            broker.acknowledge(&deliveries).await.unwrap();
            for delivery in deliveries {
                assert!(received.insert(delivery.task.clone()), "{delivery:?} came twice");
            }
        }
        here.wait(&queues, Duration::from_millis(20)).await;
    }

    let published: HashSet<_> = notices.into_iter().map(|notice| notice.task).collect();
    assert_eq!(received, published);
}

async fn a_worker_gets_no_more_than_it_asks_for(broker: &dyn Broker) {
    let queues = [queue(), queue()];
    for queue in &queues {
        publish(broker, queue).await;
        publish(broker, queue).await;
    }

    let mut received = 0;
    let begun = Instant::now();
    while received < 4 {
        assert!(begun.elapsed() < PATIENCE, "only {received} came");
        let deliveries = broker.receive(&queues, 1).await.unwrap();
        assert!(deliveries.len() <= 1, "{deliveries:?}");
        received += deliveries.len();
        broker.acknowledge(&deliveries).await.unwrap();
        broker.wait(&queues, Duration::from_millis(20)).await;
    }
}

async fn queues_do_not_mix(broker: &dyn Broker) {
    let (queue, other) = (queue(), queue());
    publish(broker, &other).await;

    nothing_comes(broker, &queue, Duration::from_millis(500)).await;
    let delivery = receive(broker, &other).await;
    broker.acknowledge(&[delivery]).await.unwrap();
    assert!(broker.receive(&[], 1).await.unwrap().is_empty());
    broker.publish(&[]).await.unwrap();
    broker.acknowledge(&[]).await.unwrap();
}

async fn queues_may_have_any_name(broker: &dyn Broker) {
    for name in ["a.b", "#", "über 7", &"x".repeat(64)] {
        let queue = format!("{name}{}", number());
        let notice = publish(broker, &queue).await;

        let delivery = receive(broker, &queue).await;

        assert_eq!((&delivery.task, &delivery.queue), (&notice.task, &queue));
        broker.acknowledge(&[delivery]).await.unwrap();
    }
}

async fn what_is_given_back_comes_again(broker: &dyn Broker) {
    let queue = queue();
    let notice = publish(broker, &queue).await;
    let delivery = receive(broker, &queue).await;

    broker.give_back(&delivery).await.unwrap();

    let again = receive(broker, &queue).await;
    assert_eq!(again.task, notice.task);
    broker.acknowledge(&[again]).await.unwrap();
}

async fn what_is_kept_stays(here: &dyn Broker, there: &dyn Broker, visibility: Duration) {
    let queue = queue();
    publish(here, &queue).await;
    let delivery = receive(here, &queue).await;

    for _ in 0..8 {
        here.keep(&delivery).await.unwrap();
        nothing_comes(there, &queue, visibility / 4).await;
    }

    here.acknowledge(&[delivery]).await.unwrap();
    nothing_comes(there, &queue, visibility * 2).await;
}

async fn what_a_dead_worker_had_comes_again(
    open: &impl AsyncFn() -> Arc<dyn Broker>,
    there: &dyn Broker,
) {
    let queue = queue();
    let mortal = open().await;
    let notice = publish(&*mortal, &queue).await;
    assert_eq!(receive(&*mortal, &queue).await.task, notice.task);

    drop(mortal);

    let again = receive(there, &queue).await;
    assert_eq!(again.task, notice.task);
    there.acknowledge(&[again]).await.unwrap();
}

async fn what_is_delivered_too_often_is_put_among_the_dead(
    open: &impl AsyncFn() -> Arc<dyn Broker>,
    there: &dyn Broker,
    deliveries: u32,
) {
    let queue = queue();
    let notice = publish(there, &queue).await;
    for _ in 0..deliveries {
        let mortal = open().await;
        assert_eq!(receive(&*mortal, &queue).await.task, notice.task);
        drop(mortal);
    }

    let begun = Instant::now();
    while there.depth(&queue).await.unwrap().dead != 1 {
        assert!(begun.elapsed() < PATIENCE, "{:?}", there.depth(&queue).await);
        nothing_comes(there, &queue, Duration::from_millis(200)).await;
    }

    assert_eq!(there.depth(&queue).await.unwrap().waiting, 0);
}

async fn what_is_delayed_comes_later(broker: &dyn Broker) {
    let queue = queue();
    let delay = Duration::from_secs(3).min(broker.longest_delay());
    let later = Notice { delay, ..notice(&queue) };
    let now = notice(&queue);
    let begun = Instant::now();
    broker.publish(&[later.clone(), now.clone()]).await.unwrap();

    let mut received = Vec::new();
    for _ in 0..2 {
        let delivery = receive(broker, &queue).await;
        broker.acknowledge(std::slice::from_ref(&delivery)).await.unwrap();
        received.push(delivery.task);
    }

    if !delay.is_zero() {
        assert_eq!(received, [now.task, later.task]);
        assert!(begun.elapsed() >= delay, "{:?}", begun.elapsed());
    }
}

async fn a_purge_leaves_nothing(broker: &dyn Broker) {
    let queue = queue();
    for _ in 0..5 {
        publish(broker, &queue).await;
    }

    assert_eq!(broker.purge(&queue).await.unwrap(), 5);

    assert_eq!(broker.depth(&queue).await.unwrap().waiting, 0);
    nothing_comes(broker, &queue, Duration::from_millis(500)).await;
}

async fn the_depth_is_told(broker: &dyn Broker, abilities: Abilities) {
    let queue = queue();
    assert_eq!(broker.depth(&queue).await.unwrap().waiting, 0);
    for _ in 0..5 {
        publish(broker, &queue).await;
    }

    let depth = broker.depth(&queue).await.unwrap();
    assert_eq!((depth.waiting, depth.dead), (5, 0));
    assert_eq!(depth.oldest.is_some(), abilities.tells_age);
    assert_eq!(depth.held, abilities.tells_held.then_some(0));
    let delivery = receive(broker, &queue).await;
    if abilities.tells_held {
        let depth = broker.depth(&queue).await.unwrap();
        assert_eq!((depth.waiting, depth.held), (4, Some(1)));
    }
    broker.acknowledge(&[delivery]).await.unwrap();
}

async fn who_waits_is_told_when_something_comes(here: &dyn Broker, there: &dyn Broker) {
    let queue = queue();
    let queues = [queue.clone()];
    // Whatever is needed for waiting is there by now.
    nothing_comes(here, &queue, Duration::from_millis(500)).await;

    let begun = Instant::now();
    let received = async {
        loop {
            if let Some(delivery) = here.receive(&queues, 1).await.unwrap().pop() {
                return delivery;
            }
            here.wait(&queues, PATIENCE * 2).await;
        }
    };
    let (delivery, notice) = join(received, publish(there, &queue)).await;

    assert!(begun.elapsed() < PATIENCE, "nobody was told");
    assert_eq!(delivery.task, notice.task);
    here.acknowledge(&[delivery]).await.unwrap();
}

async fn a_wait_ends_when_nothing_comes(broker: &dyn Broker) {
    let queues = [queue()];
    let waited = async {
        for _ in 0..3 {
            assert!(broker.receive(&queues, 1).await.unwrap().is_empty());
            broker.wait(&queues, Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.unwrap();
}

async fn notices_of_one_key_come_in_their_order(broker: &dyn Broker) {
    let queue = queue();
    let notices: Vec<_> =
        (0..20).map(|_| Notice { order_key: Some("key".to_owned()), ..notice(&queue) }).collect();
    broker.publish(&notices).await.unwrap();

    for notice in notices {
        let delivery = receive(broker, &queue).await;
        assert_eq!(delivery.task, notice.task);
        broker.acknowledge(&[delivery]).await.unwrap();
    }
}

/// A queue that no other part of the suite uses.
fn queue() -> String {
    format!("queue-{}", number())
}

fn notice(queue: &str) -> Notice {
    Notice {
        task: TaskId(format!("0198c0de-0000-7000-8000-{:012}", number())),
        queue: queue.to_owned(),
        order_key: None,
        delay: Duration::ZERO,
    }
}

/// Publishes one that is due.
pub async fn publish(broker: &dyn Broker, queue: &str) -> Notice {
    let notice = notice(queue);
    broker.publish(std::slice::from_ref(&notice)).await.unwrap();
    notice
}

/// The next, which is there or on its way.
pub async fn receive(broker: &dyn Broker, queue: &str) -> Delivery {
    let queues = [queue.to_owned()];
    let begun = Instant::now();
    loop {
        // It may be away for a moment.
        if let Some(delivery) = broker.receive(&queues, 1).await.unwrap_or_default().pop() {
            return delivery;
        }
        assert!(begun.elapsed() < PATIENCE, "nothing came in {queue}");
        broker.wait(&queues, Duration::from_millis(100)).await;
    }
}

/// Looks for so long.
pub async fn nothing_comes(broker: &dyn Broker, queue: &str, looking: Duration) {
    let queues = [queue.to_owned()];
    let begun = Instant::now();
    while begun.elapsed() < looking {
        let received = broker.receive(&queues, 1).await.unwrap();
        assert!(received.is_empty(), "{received:?}");
        broker.wait(&queues, Duration::from_millis(50)).await;
    }
}
