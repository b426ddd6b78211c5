//! [`crate::ports::Announcements`]: what brokers are told of tasks.

use std::time::Duration;

use jiff::SignedDuration;
use repono_domain::{Task, TaskId};
use serde_json::json;

use super::HeldClock;
use super::samples::{number, task};
use crate::ports::{Change, Clock as _, Database, Notice, Pause};

const LEASE: SignedDuration = SignedDuration::from_secs(30);
const AHEAD: SignedDuration = SignedDuration::from_secs(10);
const SILENCE: SignedDuration = SignedDuration::from_secs(60);
const MOMENT: SignedDuration = SignedDuration::from_secs(1);

/// Runs the whole suite on an empty database.
pub async fn keep_the_contract(database: &dyn Database, clock: &HeldClock) {
    what_is_due_is_announced_by_whoever_stored_it(database, clock).await;
    what_is_due_later_is_announced_before_its_time(database, clock).await;
    what_could_not_be_announced_is_announced_next(database, clock).await;
    a_task_that_fell_silent_is_announced_again(database, clock).await;
    what_is_not_next_in_its_order_is_not_announced(database, clock).await;
    only_what_is_named_is_claimed(database, clock).await;
    every_queue_is_known(database, clock).await;
    nothing_of_a_paused_queue_is_announced(database, clock).await;
    what_waits_in_a_queue_may_all_count_as_not_announced(database, clock).await;
}

async fn what_is_due_is_announced_by_whoever_stored_it(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let task = enqueue(database, task(&queue, clock.now())).await;

    assert_eq!(unannounced(database, &queue).await, []);
    clock.pass(SILENCE);
    assert_eq!(unannounced(database, &queue).await, [notice(&task, Duration::ZERO)]);
    assert_eq!(unannounced(database, &queue).await, [], "it counts as announced now");
}

async fn what_is_due_later_is_announced_before_its_time(
    database: &dyn Database,
    clock: &HeldClock,
) {
    let queue = queue();
    let task = enqueue(database, task(&queue, clock.now() + AHEAD + MOMENT)).await;
    assert!(!database.any_due(&queue, AHEAD).await.unwrap());
    assert_eq!(unannounced(database, &queue).await, []);

    clock.pass(MOMENT);

    assert!(database.any_due(&queue, AHEAD).await.unwrap());
    let delay = AHEAD.unsigned_abs();
    assert_eq!(unannounced(database, &queue).await, [notice(&task, delay)]);
    clock.pass(AHEAD + SILENCE - MOMENT);
    assert_eq!(unannounced(database, &queue).await, [], "its word may just have arrived");
    clock.pass(MOMENT);
    assert_eq!(unannounced(database, &queue).await, [notice(&task, Duration::ZERO)]);
}

async fn what_could_not_be_announced_is_announced_next(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let task = enqueue(database, task(&queue, clock.now())).await;

    database.not_announced(&[task.id.clone(), TaskId("unknown".to_owned())]).await.unwrap();

    assert_eq!(unannounced(database, &queue).await, [notice(&task, Duration::ZERO)]);
}

async fn a_task_that_fell_silent_is_announced_again(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let task = enqueue(database, task(&queue, clock.now())).await;
    let claimed = database.claim(std::slice::from_ref(&queue), 1, SILENCE).await.unwrap();

    clock.pass(SILENCE - MOMENT);
    assert_eq!(unannounced(database, &queue).await, [], "its worker has it");
    clock.pass(MOMENT);
    assert_eq!(unannounced(database, &queue).await, [notice(&task, Duration::ZERO)]);
    database.succeed(&claimed[0], &json!("done")).await.unwrap();
    clock.pass(SILENCE);
    assert_eq!(unannounced(database, &queue).await, [], "it is over");
}

async fn what_is_not_next_in_its_order_is_not_announced(
    database: &dyn Database,
    clock: &HeldClock,
) {
    let queue = queue();
    let ordered = || Task { order_key: Some("key".to_owned()), ..task(&queue, clock.now()) };
    let first = enqueue(database, ordered()).await;
    let second = enqueue(database, ordered()).await;
    clock.pass(SILENCE);

    assert_eq!(unannounced(database, &queue).await, [notice(&first, Duration::ZERO)]);
    let next = database.next_in_order(&queue, "key").await.unwrap();
    assert_eq!(next, Some(notice(&first, Duration::ZERO)));
    let claimed = database.claim(std::slice::from_ref(&queue), 2, LEASE).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(database.next_in_order(&queue, "key").await.unwrap(), None);
    database.succeed(&claimed[0], &json!("done")).await.unwrap();
    let next = database.next_in_order(&queue, "key").await.unwrap();
    assert_eq!(next, Some(notice(&second, Duration::ZERO)));
    assert_eq!(database.next_in_order(&queue, "another").await.unwrap(), None);
}

async fn only_what_is_named_is_claimed(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let named = enqueue(database, task(&queue, clock.now())).await.id;
    let later = enqueue(database, task(&queue, clock.now() + MOMENT)).await.id;
    let other = enqueue(database, task(&queue, clock.now())).await.id;
    let unknown = TaskId("unknown".to_owned());
    let ids = [named.clone(), later, unknown];

    let claimed = database.claim_these(&ids, LEASE).await.unwrap();

    let claimed: Vec<_> = claimed.into_iter().map(|claimed| claimed.task.id).collect();
    assert_eq!(claimed, [named]);
    assert!(database.claim_these(&ids, LEASE).await.unwrap().is_empty(), "somebody has it");
    assert!(database.claim_these(&[], LEASE).await.unwrap().is_empty());
    let left = database.claim(std::slice::from_ref(&queue), 3, LEASE).await.unwrap();
    assert_eq!(left.into_iter().map(|claimed| claimed.task.id).collect::<Vec<_>>(), [other]);
}

async fn every_queue_is_known(database: &dyn Database, clock: &HeldClock) {
    let mut queues = [queue(), queue(), queue()];
    for queue in &queues {
        enqueue(database, task(queue, clock.now())).await;
        enqueue(database, task(queue, clock.now())).await;
    }

    let known = database.queues().await.unwrap();

    queues.sort_unstable();
    let ours: Vec<_> = known.into_iter().filter(|queue| queues.contains(queue)).collect();
    assert_eq!(ours, queues);
}

async fn nothing_of_a_paused_queue_is_announced(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let ordered = Task { order_key: Some("key".to_owned()), ..task(&queue, clock.now()) };
    let task = enqueue(database, ordered).await;
    let pause = Pause { queue: queue.clone(), since: clock.now(), by: None, why: None };

    database.pause(&pause).await.unwrap();

    clock.pass(SILENCE);
    assert_eq!(unannounced(database, &queue).await, []);
    assert!(!database.any_due(&queue, AHEAD).await.unwrap());
    assert_eq!(database.next_in_order(&queue, "key").await.unwrap(), None);
    let ids = std::slice::from_ref(&task.id);
    assert!(database.claim_these(ids, LEASE).await.unwrap().is_empty());
    database.resume(&queue).await.unwrap();
    assert!(database.any_due(&queue, AHEAD).await.unwrap());
    assert_eq!(unannounced(database, &queue).await, [notice(&task, Duration::ZERO)]);
}

async fn what_waits_in_a_queue_may_all_count_as_not_announced(
    database: &dyn Database,
    clock: &HeldClock,
) {
    let queue = queue();
    let one = enqueue(database, task(&queue, clock.now())).await;
    let two = enqueue(database, task(&queue, clock.now())).await;
    assert_eq!(unannounced(database, &queue).await, []);

    database.none_announced(&queue).await.unwrap();

    let told: Vec<_> = [&one, &two].map(|task| notice(task, Duration::ZERO)).into();
    assert_eq!(unannounced(database, &queue).await, told);
}

fn queue() -> String {
    format!("announced-{}", number())
}

fn notice(task: &Task, delay: Duration) -> Notice {
    Notice {
        task: task.id.clone(),
        queue: task.queue.clone(),
        order_key: task.order_key.clone(),
        delay,
    }
}

async fn enqueue(database: &dyn Database, task: Task) -> Task {
    database.write(vec![Change::Enqueue(task.clone())]).await.unwrap();
    task
}

async fn unannounced(database: &dyn Database, queue: &str) -> Vec<Notice> {
    database.unannounced(queue, AHEAD, SILENCE, 10).await.unwrap()
}
