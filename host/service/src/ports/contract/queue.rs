//! [`crate::ports::Tasks`] and [`crate::ports::Queue`]: each task to one worker at a time, at least
//! once, until it is over.

use futures::future::join_all;
use jiff::SignedDuration;
use repono_domain::{Task, TaskId, TaskState};
use serde_json::json;

use super::HeldClock;
use super::samples::{number, task};
use crate::ports::{Backlog, Change, Claimed, Clock as _, Database, TaskFilter};
use crate::{Kind, Result};

const LEASE: SignedDuration = SignedDuration::from_secs(30);
const MOMENT: SignedDuration = SignedDuration::from_secs(1);

/// Runs the whole suite on an empty database.
pub async fn keeps_the_contract(database: &dyn Database, clock: &HeldClock) {
    what_was_enqueued_is_read(database, clock).await;
    a_task_waits_until_it_is_due(database, clock).await;
    a_task_goes_to_one_worker(database, clock).await;
    a_task_whose_lease_ends_is_handed_out_again(database, clock).await;
    a_worker_keeps_its_task_by_extending(database, clock).await;
    a_worker_that_lost_its_task_changes_nothing(database, clock).await;
    a_task_that_is_done_has_its_result(database, clock).await;
    trying_again_counts_only_with_a_reason(database, clock).await;
    a_task_whose_workers_fall_silent_is_buried(database, clock).await;
    a_buried_task_waits_for_a_person(database, clock).await;
    a_queued_task_is_cancelled_at_once(database, clock).await;
    a_running_task_is_asked_to_stop(database, clock).await;
    notes_are_kept_for_the_next_attempt(database, clock).await;
    tasks_are_listed_newest_first(database, clock).await;
    depths_count_by_queue_and_state(database, clock).await;
    backlogs_tell_what_is_to_be_seen_to(database, clock).await;
}

async fn what_was_enqueued_is_read(database: &dyn Database, clock: &HeldClock) {
    let task = enqueue(database, clock, &queue()).await;

    assert_eq!(read(database, &task.id).await, task);
    assert_eq!(database.task(&TaskId("unknown".to_owned())).await.unwrap(), None);
    let refused = database.write(vec![Change::Enqueue(task)]).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
}

async fn a_task_waits_until_it_is_due(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let task = task(&queue, clock.now() + MOMENT);
    database.write(vec![Change::Enqueue(task.clone())]).await.unwrap();

    assert!(claim(database, &queue).await.is_none());
    clock.pass(MOMENT);
    let claimed = claim(database, &queue).await.unwrap();
    assert_eq!(claimed.task.trace, task.trace, "it goes on in the trace in which it was asked for");

    assert_eq!(
        (claimed.task.id, claimed.task.state, claimed.task.attempts),
        (task.id, TaskState::Running, 1)
    );
}

async fn a_task_goes_to_one_worker(database: &dyn Database, clock: &HeldClock) {
    let (queue, other) = (queue(), queue());
    let mut enqueued = Vec::new();
    for _ in 0..20 {
        enqueued.push(enqueue(database, clock, &queue).await.id);
    }
    let elsewhere = enqueue(database, clock, &other).await.id;

    let queues = [queue.clone()];
    let claims = join_all((0..8).map(|_| database.claim(&queues, 3, LEASE))).await;

    let sizes: Vec<usize> = claims.iter().map(|claim| claim.as_ref().unwrap().len()).collect();
    assert!(sizes.iter().all(|size| *size <= 3), "{sizes:?}");
    let mut claimed: Vec<TaskId> =
        claims.into_iter().flat_map(Result::unwrap).map(|claimed| claimed.task.id).collect();
    claimed.sort_unstable();
    assert_eq!(claimed, enqueued);
    assert_eq!(database.claim(&[queue, other], 3, LEASE).await.unwrap()[0].task.id, elsewhere);
    assert!(database.claim(&[], 3, LEASE).await.unwrap().is_empty());
}

async fn a_task_whose_lease_ends_is_handed_out_again(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    enqueue(database, clock, &queue).await;
    let first = claim(database, &queue).await.unwrap();

    clock.pass(LEASE - MOMENT);
    assert!(claim(database, &queue).await.is_none());
    clock.pass(MOMENT);
    let second = claim(database, &queue).await.unwrap();

    assert_eq!((second.task.id, second.task.attempts), (first.task.id, 2));
    assert_ne!(second.receipt, first.receipt);
}

async fn a_worker_keeps_its_task_by_extending(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    enqueue(database, clock, &queue).await;
    let claimed = claim(database, &queue).await.unwrap();

    for _ in 0..3 {
        clock.pass(LEASE - MOMENT);
        assert!(!database.extend(&claimed, LEASE).await.unwrap());
        assert!(claim(database, &queue).await.is_none());
    }
}

async fn a_worker_that_lost_its_task_changes_nothing(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    enqueue(database, clock, &queue).await;
    let lost = claim(database, &queue).await.unwrap();
    clock.pass(LEASE);
    let held = claim(database, &queue).await.unwrap();
    let before = read(database, &held.task.id).await;

    conflicts(database.extend(&lost, LEASE).await);
    conflicts(database.succeed(&lost, &json!("late")).await);
    conflicts(database.stopped(&lost).await);
    conflicts(database.again(&lost, clock.now(), Some("late")).await);
    conflicts(database.bury(&lost, "late").await);

    assert_eq!(read(database, &held.task.id).await, before);
    database.succeed(&held, &json!("in time")).await.unwrap();
    conflicts(database.succeed(&held, &json!("twice")).await);
}

async fn a_task_that_is_done_has_its_result(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    enqueue(database, clock, &queue).await;
    let claimed = claim(database, &queue).await.unwrap();
    database.again(&claimed, clock.now(), Some("the network was down")).await.unwrap();
    let claimed = claim(database, &queue).await.unwrap();

    database.succeed(&claimed, &json!({ "score": 7 })).await.unwrap();

    let done = read(database, &claimed.task.id).await;
    assert_eq!(
        (done.state, done.result, done.error),
        (TaskState::Succeeded, Some(json!({ "score": 7 })), None)
    );
    clock.pass(LEASE);
    assert!(claim(database, &queue).await.is_none());
    assert!(!database.cancel(&done.id).await.unwrap());
    assert!(!database.revive(&done.id).await.unwrap());
}

async fn trying_again_counts_only_with_a_reason(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    enqueue(database, clock, &queue).await;
    let first = claim(database, &queue).await.unwrap();

    database.again(&first, clock.now() + MOMENT, Some("the network was down")).await.unwrap();
    let waiting = read(database, &first.task.id).await;
    assert_eq!(
        (waiting.state, waiting.attempts, waiting.due),
        (TaskState::Queued, 1, clock.now() + MOMENT)
    );
    assert_eq!(waiting.error.as_deref(), Some("the network was down"));
    assert!(claim(database, &queue).await.is_none());
    clock.pass(MOMENT);
    let second = claim(database, &queue).await.unwrap();
    assert_eq!(second.task.attempts, 2);

    database.again(&second, clock.now(), None).await.unwrap();
    assert_eq!(claim(database, &queue).await.unwrap().task.attempts, 2);
}

async fn a_task_whose_workers_fall_silent_is_buried(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let task = enqueue(database, clock, &queue).await;
    for attempt in 1..=task.max_attempts {
        assert_eq!(claim(database, &queue).await.unwrap().task.attempts, attempt);
        clock.pass(LEASE);
    }
    let next = enqueue(database, clock, &queue).await;

    let claimed = database.claim(&[queue], 2, LEASE).await.unwrap();

    assert_eq!(claimed.into_iter().map(|claimed| claimed.task.id).collect::<Vec<_>>(), [next.id]);
    let buried = read(database, &task.id).await;
    assert_eq!(buried.state, TaskState::Dead);
    assert!(buried.error.unwrap().contains("stopped answering"));
}

async fn a_buried_task_waits_for_a_person(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    enqueue(database, clock, &queue).await;
    let claimed = claim(database, &queue).await.unwrap();
    let id = &claimed.task.id;

    database.bury(&claimed, "it cannot work").await.unwrap();

    clock.pass(LEASE);
    assert!(claim(database, &queue).await.is_none());
    let buried = read(database, id).await;
    assert_eq!((buried.state, buried.error.as_deref()), (TaskState::Dead, Some("it cannot work")));
    assert!(database.revive(id).await.unwrap());
    assert!(!database.revive(id).await.unwrap());
    assert_eq!(claim(database, &queue).await.unwrap().task.attempts, 1);
}

async fn a_queued_task_is_cancelled_at_once(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let task = enqueue(database, clock, &queue).await;

    assert!(database.cancel(&task.id).await.unwrap());

    assert_eq!(read(database, &task.id).await.state, TaskState::Cancelled);
    assert!(claim(database, &queue).await.is_none());
    assert!(!database.cancel(&task.id).await.unwrap(), "it was over already");
    assert!(database.revive(&task.id).await.unwrap());
    assert!(!read(database, &task.id).await.cancel_requested);
    assert!(claim(database, &queue).await.is_some());
    let unknown = TaskId("unknown".to_owned());
    assert_eq!(database.cancel(&unknown).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(database.revive(&unknown).await.unwrap_err().kind(), Kind::NotFound);
}

async fn a_running_task_is_asked_to_stop(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let ids =
        [enqueue(database, clock, &queue).await.id, enqueue(database, clock, &queue).await.id];
    let claimed = database.claim(std::slice::from_ref(&queue), 2, LEASE).await.unwrap();

    for id in &ids {
        assert!(database.cancel(id).await.unwrap());
        assert_eq!(read(database, id).await.state, TaskState::Running);
    }
    assert!(database.extend(&claimed[0], LEASE).await.unwrap());
    database.stopped(&claimed[0]).await.unwrap();

    assert_eq!(read(database, &ids[0]).await.state, TaskState::Cancelled);
    clock.pass(LEASE);
    assert!(
        claim(database, &queue).await.is_none(),
        "a silent worker's task that was called off is not begun again"
    );
    assert_eq!(read(database, &ids[1]).await.state, TaskState::Cancelled);
}

async fn notes_are_kept_for_the_next_attempt(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let task = enqueue(database, clock, &queue).await;
    claim(database, &queue).await.unwrap();

    database.progress(&task.id, &json!({ "done": 3, "total": 9 })).await.unwrap();
    database.checkpoint(&task.id, &json!({ "after": "akd9f-9vg25" })).await.unwrap();

    clock.pass(LEASE);
    let next = claim(database, &queue).await.unwrap().task;
    assert_eq!(next.progress, Some(json!({ "done": 3, "total": 9 })));
    assert_eq!(next.checkpoint, Some(json!({ "after": "akd9f-9vg25" })));
    let unknown = TaskId("unknown".to_owned());
    assert_eq!(database.progress(&unknown, &json!(1)).await.unwrap_err().kind(), Kind::NotFound);
}

async fn tasks_are_listed_newest_first(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let mut newest_first = Vec::new();
    for _ in 0..5 {
        newest_first.insert(0, enqueue(database, clock, &queue).await.id);
    }
    let ours = TaskFilter { queue: Some(queue.clone()), limit: 10, ..TaskFilter::default() };

    assert_eq!(list(database, &ours).await, newest_first);
    assert_eq!(list(database, &TaskFilter { limit: 2, ..ours.clone() }).await, newest_first[..2]);
    assert_eq!(
        list(database, &TaskFilter { before: Some(newest_first[1].clone()), ..ours.clone() }).await,
        newest_first[2..]
    );
    assert_eq!(
        list(database, &TaskFilter { kind: Some("another.kind".to_owned()), ..ours.clone() }).await,
        []
    );
    let oldest = claim(database, &queue).await.unwrap().task.id;
    assert_eq!(
        list(database, &TaskFilter { state: Some(TaskState::Running), ..ours }).await,
        [oldest]
    );
}

async fn depths_count_by_queue_and_state(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    for _ in 0..3 {
        enqueue(database, clock, &queue).await;
    }
    claim(database, &queue).await.unwrap();

    let depths = database.depths().await.unwrap();

    let mut ours: Vec<_> = depths
        .into_iter()
        .filter(|(name, ..)| *name == queue)
        .map(|(_, state, count)| (state.as_str(), count))
        .collect();
    ours.sort_unstable();
    assert_eq!(ours, [("queued", 2), ("running", 1)]);
}

async fn backlogs_tell_what_is_to_be_seen_to(database: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    for _ in 0..3 {
        enqueue(database, clock, &queue).await;
    }
    let done = claim(database, &queue).await.unwrap();
    database.succeed(&done, &json!({})).await.unwrap();
    let given_up = claim(database, &queue).await.unwrap();
    database.bury(&given_up, "it cannot work").await.unwrap();
    claim(database, &queue).await.unwrap();
    let [sooner, later] = [MOMENT, LEASE].map(|after| task(&queue, clock.now() + after));
    let first_due = Some(sooner.due);
    database.write(vec![Change::Enqueue(later), Change::Enqueue(sooner)]).await.unwrap();

    let backlogs = database.backlogs().await.unwrap();

    let ours: Vec<_> = backlogs.into_iter().filter(|backlog| backlog.queue == queue).collect();
    assert_eq!(ours, [Backlog { queue, running: 1, waiting: 2, first_due, dead: 1 }]);
}

/// A queue that no other part of the suite uses.
fn queue() -> String {
    format!("queue-{}", number())
}

async fn enqueue(database: &dyn Database, clock: &HeldClock, queue: &str) -> Task {
    let task = task(queue, clock.now());
    database.write(vec![Change::Enqueue(task.clone())]).await.unwrap();
    task
}

async fn claim(database: &dyn Database, queue: &str) -> Option<Claimed> {
    database.claim(&[queue.to_owned()], 1, LEASE).await.unwrap().pop()
}

async fn read(database: &dyn Database, id: &TaskId) -> Task {
    database.task(id).await.unwrap().unwrap()
}

async fn list(database: &dyn Database, filter: &TaskFilter) -> Vec<TaskId> {
    database.tasks(filter).await.unwrap().into_iter().map(|task| task.id).collect()
}

fn conflicts<T: std::fmt::Debug>(outcome: Result<T>) {
    assert_eq!(outcome.unwrap_err().kind(), Kind::Conflict);
}
