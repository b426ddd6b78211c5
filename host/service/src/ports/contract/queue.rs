//! [`crate::ports::Tasks`] and [`crate::ports::Queue`]: each task to one worker at a time, at least
//! once, until it is over. The queue may be the database itself, or work with a broker.

use std::time::Duration;

use futures::future::{join, join_all};
use jiff::SignedDuration;
use repono_domain::{LogLevel, LogLine, Task, TaskId, TaskState, UserId};
use serde_json::json;

use super::HeldClock;
use super::samples::{number, task};
use super::workflows;
use crate::ports::{
    Backlog, Change, Claimed, Clock as _, Database, Ended, Pause, Queue, TaskFilter,
};
use crate::{Kind, Result};

pub(super) const LEASE: SignedDuration = SignedDuration::from_secs(30);
pub(super) const MOMENT: SignedDuration = SignedDuration::from_secs(1);

/// Runs the whole suite on an empty database.
pub async fn keeps_the_contract(database: &dyn Database, clock: &HeldClock) {
    of_queue(database, database, clock, Duration::ZERO).await;
    earlier_queues_come_first(database, clock).await;
}

/// What is beside the database hands out what has arrived, and words of tasks may overtake one another.
async fn earlier_queues_come_first(database: &dyn Database, clock: &HeldClock) {
    let [first, second, empty] = [queue(), queue(), queue()];
    let mut enqueue = Vec::new();
    for queue in [&second, &second, &first, &first] {
        enqueue.push(task(queue, clock.now()));
        clock.pass(MOMENT);
    }
    database.write(enqueue.into_iter().map(Change::Enqueue).collect()).await.unwrap();
    let queues = [empty, first.clone(), second.clone()];

    let one = database.claim(&queues, 1, LEASE).await.unwrap();
    let others = database.claim(&queues, 2, LEASE).await.unwrap();

    let of = |claims: Vec<Claimed>| {
        claims.into_iter().map(|claimed| claimed.task.queue).collect::<Vec<_>>()
    };
    assert_eq!(of(one), std::slice::from_ref(&first));
    assert_eq!(of(others), [first, second]);
}

/// The same of a queue beside the database, which knows within `settling` what has happened.
pub async fn of_queue(
    database: &dyn Database,
    queue: &dyn Queue,
    clock: &HeldClock,
    settling: Duration,
) {
    let scene = &Scene { database, queue, clock, settling };
    what_was_enqueued_is_read(scene).await;
    a_task_waits_until_it_is_due(scene).await;
    a_task_goes_to_one_worker(scene).await;
    a_task_whose_lease_ends_is_handed_out_again(scene).await;
    a_worker_keeps_its_task_by_extending(scene).await;
    a_worker_that_lost_its_task_changes_nothing(scene).await;
    a_task_that_is_done_has_its_result(scene).await;
    trying_again_counts_only_with_a_reason(scene).await;
    a_task_whose_workers_fall_silent_is_buried(scene).await;
    a_buried_task_waits_for_a_person(scene).await;
    a_queued_task_is_cancelled_at_once(scene).await;
    a_running_task_is_asked_to_stop(scene).await;
    notes_are_kept_for_the_next_attempt(scene).await;
    a_log_is_kept_as_a_whole(scene).await;
    tasks_are_listed_newest_first(scene).await;
    many_who_ask_with_one_key_make_one_task(scene).await;
    a_key_is_its_tasks_until_that_is_removed(scene).await;
    of_many_who_want_one_waiting_task_one_makes_it(scene).await;
    a_task_that_does_not_wait_gives_its_unique_key_up(scene).await;
    depths_count_by_queue_and_state(scene).await;
    what_is_over_is_walked_in_the_order_of_ids(scene).await;
    what_is_over_is_removed_once_it_is_old(scene).await;
    a_task_that_is_tried_again_is_not_removed(scene).await;
    backlogs_tell_what_is_to_be_seen_to(scene).await;
    what_was_given_up_is_counted_by_kind(scene).await;
    tasks_of_one_order_are_done_one_after_another(scene).await;
    an_order_goes_on_when_its_first_is_called_off(scene).await;
    a_paused_queue_hands_out_nothing(scene).await;
    nothing_is_handed_out_once_a_pause_was_answered(scene).await;
    a_pause_that_another_node_began_and_ended_is_followed(scene).await;
    a_pause_says_since_when_by_whom_and_why(scene).await;
    a_silent_workers_task_stays_where_it_is_while_its_queue_is_paused(scene).await;
    a_purge_cancels_what_waits_and_nothing_else(scene).await;
    a_purge_leaves_nothing_however_much_waits(scene).await;
    workflows::keep_the_contract(scene).await;
}

/// Of a queue that works with a broker: `lose` has the broker lose all that is in a queue.
pub async fn what_is_lost_is_told_again(
    database: &dyn Database,
    queue: &dyn Queue,
    clock: &HeldClock,
    lose: impl AsyncFn(&str),
) {
    let scene = &Scene { database, queue, clock, settling: Duration::from_secs(1) };
    let queue = self::queue();
    let mut ids = Vec::new();
    for _ in 0..10 {
        ids.push(scene.enqueue(&queue).await.id);
    }
    let held = scene.claim(&queue).await;

    lose(&queue).await;
    clock.pass(LEASE - MOMENT);

    scene.queue.succeed(&held, &json!("done")).await.unwrap();
    for _ in 1..ids.len() {
        let claimed = scene.claim(&queue).await;
        scene.queue.succeed(&claimed, &json!("done")).await.unwrap();
    }
    scene.nothing_to_claim(&queue).await;
    for id in ids {
        let task = scene.read(&id).await;
        assert_eq!((task.state, task.attempts), (TaskState::Succeeded, 1));
    }
}

/// Of a queue that can tell those who wait for it: what one process stores, another takes at once.
pub async fn who_waits_is_told(one: &dyn Database, other: &dyn Database, clock: &HeldClock) {
    let queue = queue();
    let queues = [queue.clone()];
    let begun = tokio::time::Instant::now();
    let claimed = async {
        loop {
            if let Some(claimed) = one.claim(&queues, 1, LEASE).await.unwrap().pop() {
                return claimed;
            }
            one.wait(&queues, PATIENCE * 2).await;
        }
    };
    let stored = async {
        // Processes may need a moment until they hear each other.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let task = task(&queue, clock.now());
        other.write(vec![Change::Enqueue(task.clone())]).await.unwrap();
        other.announce(std::slice::from_ref(&task));
        task
    };

    let (claimed, task) = futures::future::join(claimed, stored).await;

    assert!(begun.elapsed() < PATIENCE, "nobody was told");
    assert_eq!(claimed.task.id, task.id);
}

/// What is looked for may take so long to be there, if it takes any time at all.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Scene<'s> {
    pub(super) database: &'s dyn Database,
    pub(super) queue: &'s dyn Queue,
    pub(super) clock: &'s HeldClock,
    /// Nothing comes later than this.
    settling: Duration,
}

impl Scene<'_> {
    async fn enqueue(&self, queue: &str) -> Task {
        self.enqueue_task(task(queue, self.clock.now())).await
    }

    async fn enqueue_task(&self, task: Task) -> Task {
        self.database.write(vec![Change::Enqueue(task.clone())]).await.unwrap();
        self.queue.announce(std::slice::from_ref(&task));
        task
    }

    pub(super) async fn revive(&self, id: &TaskId) -> bool {
        let revived = self.database.revive(id).await.unwrap();
        self.queue.announce(&[self.read(id).await]);
        revived
    }

    /// The next task, which is there or on its way.
    pub(super) async fn claim(&self, queue: &str) -> Claimed {
        let patience = if self.settling.is_zero() { Duration::ZERO } else { PATIENCE };
        self.claim_within(queue, patience).await.unwrap()
    }

    pub(super) async fn nothing_to_claim(&self, queue: &str) {
        let claimed = self.claim_within(queue, self.settling).await;
        assert!(claimed.is_none(), "{claimed:?}");
    }

    /// As above, at least until a task is in this state.
    pub(super) async fn nothing_until(&self, queue: &str, id: &TaskId, state: TaskState) {
        let begun = tokio::time::Instant::now();
        self.nothing_to_claim(queue).await;
        while self.read(id).await.state != state && begun.elapsed() < PATIENCE {
            self.nothing_to_claim(queue).await;
        }
    }

    async fn claim_within(&self, queue: &str, patience: Duration) -> Option<Claimed> {
        self.claim_among_within(&[queue.to_owned()], patience).await
    }

    async fn claim_among(&self, queues: &[String]) -> Claimed {
        self.claim_among_within(queues, PATIENCE).await.unwrap()
    }

    async fn claim_among_within(&self, queues: &[String], patience: Duration) -> Option<Claimed> {
        let begun = tokio::time::Instant::now();
        loop {
            let refilled = self.queue.refill().await;
            // A broker that has just lost something may need a moment.
            assert!(refilled.is_ok() || !self.settling.is_zero(), "{refilled:?}");
            let claimed = self.queue.claim(queues, 1, LEASE).await.unwrap().pop();
            let left = patience.saturating_sub(begun.elapsed());
            if claimed.is_some() || left.is_zero() {
                return claimed;
            }
            self.queue.wait(queues, left.min(Duration::from_millis(200))).await;
        }
    }

    pub(super) async fn read(&self, id: &TaskId) -> Task {
        self.database.task(id).await.unwrap().unwrap()
    }

    pub(super) async fn list(&self, filter: &TaskFilter) -> Vec<TaskId> {
        self.database.tasks(filter).await.unwrap().into_iter().map(|task| task.id).collect()
    }
}

async fn what_was_enqueued_is_read(scene: &Scene<'_>) {
    let task = scene.enqueue(&queue()).await;

    assert_eq!(scene.read(&task.id).await, task);
    assert_eq!(scene.database.task(&TaskId("unknown".to_owned())).await.unwrap(), None);
    let refused = scene.database.write(vec![Change::Enqueue(task)]).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
}

async fn a_task_waits_until_it_is_due(scene: &Scene<'_>) {
    let queue = queue();
    let task = task(&queue, scene.clock.now() + MOMENT);
    scene.database.write(vec![Change::Enqueue(task.clone())]).await.unwrap();

    scene.nothing_to_claim(&queue).await;
    scene.clock.pass(MOMENT);
    let claimed = scene.claim(&queue).await;
    assert_eq!(claimed.task.trace, task.trace, "it goes on in the trace in which it was asked for");

    assert_eq!(
        (claimed.task.id, claimed.task.state, claimed.task.attempts),
        (task.id, TaskState::Running, 1)
    );
}

async fn a_task_goes_to_one_worker(scene: &Scene<'_>) {
    let (queue, other) = (queue(), queue());
    let mut enqueued = Vec::new();
    for _ in 0..20 {
        enqueued.push(scene.enqueue(&queue).await.id);
    }
    let elsewhere = scene.enqueue(&other).await.id;

    let queues = [queue.clone()];
    let mut claimed: Vec<TaskId> = Vec::new();
    let begun = tokio::time::Instant::now();
    while claimed.len() < enqueued.len() && begun.elapsed() <= PATIENCE {
        let claims = join_all((0..8).map(|_| scene.queue.claim(&queues, 3, LEASE))).await;
        for claims in claims {
            let claims = claims.unwrap();
            assert!(claims.len() <= 3, "{claims:?}");
            claimed.extend(claims.into_iter().map(|claimed| claimed.task.id));
        }
        if scene.settling.is_zero() {
            break;
        }
    }

    claimed.sort_unstable();
    assert_eq!(claimed, enqueued);
    scene.nothing_to_claim(&queue).await;
    assert_eq!(scene.claim(&other).await.task.id, elsewhere);
    assert!(scene.queue.claim(&[], 3, LEASE).await.unwrap().is_empty());
}

async fn a_task_whose_lease_ends_is_handed_out_again(scene: &Scene<'_>) {
    let queue = queue();
    scene.enqueue(&queue).await;
    let first = scene.claim(&queue).await;

    scene.clock.pass(LEASE - MOMENT);
    scene.nothing_to_claim(&queue).await;
    scene.clock.pass(MOMENT);
    let second = scene.claim(&queue).await;

    assert_eq!((second.task.id, second.task.attempts), (first.task.id, 2));
    assert_ne!(second.receipt, first.receipt);
}

async fn a_worker_keeps_its_task_by_extending(scene: &Scene<'_>) {
    let queue = queue();
    scene.enqueue(&queue).await;
    let claimed = scene.claim(&queue).await;

    for _ in 0..3 {
        scene.clock.pass(LEASE - MOMENT);
        assert!(!scene.queue.extend(&claimed, LEASE).await.unwrap());
        scene.nothing_to_claim(&queue).await;
    }
}

async fn a_worker_that_lost_its_task_changes_nothing(scene: &Scene<'_>) {
    let queue = queue();
    scene.enqueue(&queue).await;
    let lost = scene.claim(&queue).await;
    scene.clock.pass(LEASE);
    let held = scene.claim(&queue).await;
    let before = scene.read(&held.task.id).await;

    conflicts(scene.queue.extend(&lost, LEASE).await);
    conflicts(scene.queue.succeed(&lost, &json!("late")).await);
    conflicts(scene.queue.stopped(&lost).await);
    conflicts(scene.queue.again(&lost, scene.clock.now(), Some("late")).await);
    conflicts(scene.queue.bury(&lost, "late").await);

    assert_eq!(scene.read(&held.task.id).await, before);
    scene.queue.succeed(&held, &json!("in time")).await.unwrap();
    conflicts(scene.queue.succeed(&held, &json!("twice")).await);
}

async fn a_task_that_is_done_has_its_result(scene: &Scene<'_>) {
    let queue = queue();
    scene.enqueue(&queue).await;
    let claimed = scene.claim(&queue).await;
    scene.queue.again(&claimed, scene.clock.now(), Some("the network was down")).await.unwrap();
    let claimed = scene.claim(&queue).await;

    scene.queue.succeed(&claimed, &json!({ "score": 7 })).await.unwrap();

    let done = scene.read(&claimed.task.id).await;
    assert_eq!(
        (done.state, done.result, done.error),
        (TaskState::Succeeded, Some(json!({ "score": 7 })), None)
    );
    scene.clock.pass(LEASE);
    scene.nothing_to_claim(&queue).await;
    assert!(!scene.database.cancel(&done.id).await.unwrap());
    assert!(!scene.database.revive(&done.id).await.unwrap());
}

async fn trying_again_counts_only_with_a_reason(scene: &Scene<'_>) {
    let queue = queue();
    scene.enqueue(&queue).await;
    let first = scene.claim(&queue).await;

    scene
        .queue
        .again(&first, scene.clock.now() + MOMENT, Some("the network was down"))
        .await
        .unwrap();
    let waiting = scene.read(&first.task.id).await;
    assert_eq!(
        (waiting.state, waiting.attempts, waiting.due),
        (TaskState::Queued, 1, scene.clock.now() + MOMENT)
    );
    assert_eq!(waiting.error.as_deref(), Some("the network was down"));
    scene.nothing_to_claim(&queue).await;
    scene.clock.pass(MOMENT);
    let second = scene.claim(&queue).await;
    assert_eq!(second.task.attempts, 2);

    scene.queue.again(&second, scene.clock.now(), None).await.unwrap();
    assert_eq!(scene.claim(&queue).await.task.attempts, 2);
}

async fn a_task_whose_workers_fall_silent_is_buried(scene: &Scene<'_>) {
    let queue = queue();
    let task = scene.enqueue(&queue).await;
    for attempt in 1..=task.max_attempts {
        assert_eq!(scene.claim(&queue).await.task.attempts, attempt);
        scene.clock.pass(LEASE);
    }
    let next = scene.enqueue(&queue).await;

    assert_eq!(scene.claim(&queue).await.task.id, next.id);
    scene.nothing_to_claim(&queue).await;
    scene.nothing_until(&queue, &task.id, TaskState::Dead).await;
    let buried = scene.read(&task.id).await;
    assert_eq!(buried.state, TaskState::Dead);
    assert!(buried.error.unwrap().contains("stopped answering"));
}

async fn a_buried_task_waits_for_a_person(scene: &Scene<'_>) {
    let queue = queue();
    scene.enqueue(&queue).await;
    let claimed = scene.claim(&queue).await;
    let id = &claimed.task.id;

    scene.queue.bury(&claimed, "it cannot work").await.unwrap();

    scene.clock.pass(LEASE);
    scene.nothing_to_claim(&queue).await;
    let buried = scene.read(id).await;
    assert_eq!((buried.state, buried.error.as_deref()), (TaskState::Dead, Some("it cannot work")));
    assert!(scene.revive(id).await);
    assert!(!scene.database.revive(id).await.unwrap());
    assert_eq!(scene.claim(&queue).await.task.attempts, 1);
}

async fn a_queued_task_is_cancelled_at_once(scene: &Scene<'_>) {
    let queue = queue();
    let task = scene.enqueue(&queue).await;

    assert!(scene.database.cancel(&task.id).await.unwrap());

    assert_eq!(scene.read(&task.id).await.state, TaskState::Cancelled);
    scene.nothing_to_claim(&queue).await;
    assert!(!scene.database.cancel(&task.id).await.unwrap(), "it was over already");
    assert!(scene.revive(&task.id).await);
    assert!(!scene.read(&task.id).await.cancel_requested);
    scene.claim(&queue).await;
    let unknown = TaskId("unknown".to_owned());
    assert_eq!(scene.database.cancel(&unknown).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(scene.database.revive(&unknown).await.unwrap_err().kind(), Kind::NotFound);
}

async fn a_running_task_is_asked_to_stop(scene: &Scene<'_>) {
    let queue = queue();
    let ids = [scene.enqueue(&queue).await.id, scene.enqueue(&queue).await.id];
    let mut claimed = [scene.claim(&queue).await, scene.claim(&queue).await];
    claimed.sort_unstable_by_key(|claimed| claimed.task.id.clone());

    for id in &ids {
        assert!(scene.database.cancel(id).await.unwrap());
        assert_eq!(scene.read(id).await.state, TaskState::Running);
    }
    assert!(scene.queue.extend(&claimed[0], LEASE).await.unwrap());
    scene.queue.stopped(&claimed[0]).await.unwrap();

    assert_eq!(scene.read(&ids[0]).await.state, TaskState::Cancelled);
    scene.clock.pass(LEASE);
    // A silent worker's task that was called off is not begun again.
    scene.nothing_until(&queue, &ids[1], TaskState::Cancelled).await;
    assert_eq!(scene.read(&ids[1]).await.state, TaskState::Cancelled);
}

async fn notes_are_kept_for_the_next_attempt(scene: &Scene<'_>) {
    let queue = queue();
    let task = scene.enqueue(&queue).await;
    scene.claim(&queue).await;

    scene.database.progress(&task.id, &json!({ "done": 3, "total": 9 })).await.unwrap();
    scene.database.checkpoint(&task.id, &json!({ "after": "akd9f-9vg25" })).await.unwrap();

    scene.clock.pass(LEASE);
    let next = scene.claim(&queue).await.task;
    assert_eq!(next.progress, Some(json!({ "done": 3, "total": 9 })));
    assert_eq!(next.checkpoint, Some(json!({ "after": "akd9f-9vg25" })));
    let unknown = TaskId("unknown".to_owned());
    assert_eq!(
        scene.database.progress(&unknown, &json!(1)).await.unwrap_err().kind(),
        Kind::NotFound
    );
}

async fn a_log_is_kept_as_a_whole(scene: &Scene<'_>) {
    let task = scene.enqueue(&queue()).await;
    let line = |attempt, text: &str| LogLine {
        at: scene.clock.now(),
        attempt,
        level: LogLevel::Warn,
        text: text.to_owned(),
    };
    let log = async || scene.database.task_log(&task.id).await.unwrap();
    assert_eq!(log().await, []);

    for lines in [vec![line(1, "ü\u{1F980}\"'\\\n\t")], vec![line(1, ""), line(2, "x")], vec![]] {
        scene.database.keep_task_log(&task.id, &lines).await.unwrap();
        assert_eq!(log().await, lines);
    }

    assert_eq!(scene.read(&task.id).await, task, "it is no change of the task");
    let unknown = TaskId("unknown".to_owned());
    scene.database.keep_task_log(&unknown, &[line(1, "x")]).await.unwrap();
    assert_eq!(scene.database.task_log(&unknown).await.unwrap(), []);
}

async fn tasks_are_listed_newest_first(scene: &Scene<'_>) {
    let queue = queue();
    let mut newest_first = Vec::new();
    for _ in 0..5 {
        newest_first.insert(0, scene.enqueue(&queue).await.id);
    }
    let ours = TaskFilter { queue: Some(queue.clone()), limit: 10, ..TaskFilter::default() };

    assert_eq!(scene.list(&ours).await, newest_first);
    assert_eq!(scene.list(&TaskFilter { limit: 2, ..ours.clone() }).await, newest_first[..2]);
    assert_eq!(
        scene.list(&TaskFilter { before: Some(newest_first[1].clone()), ..ours.clone() }).await,
        newest_first[2..]
    );
    assert_eq!(
        scene.list(&TaskFilter { kind: Some("another.kind".to_owned()), ..ours.clone() }).await,
        []
    );
    let oldest = scene.claim(&queue).await.task.id;
    assert_eq!(scene.list(&TaskFilter { state: Some(TaskState::Running), ..ours }).await, [oldest]);
}

async fn depths_count_by_queue_and_state(scene: &Scene<'_>) {
    let queue = queue();
    for _ in 0..3 {
        scene.enqueue(&queue).await;
    }
    scene.claim(&queue).await;

    let depths = scene.database.depths().await.unwrap();

    let mut ours: Vec<_> = depths
        .into_iter()
        .filter(|(name, ..)| *name == queue)
        .map(|(_, state, count)| (state.as_str(), count))
        .collect();
    ours.sort_unstable();
    assert_eq!(ours, [("queued", 2), ("running", 1)]);
}

/// Stores these at once, and answers which was stored: one.
async fn the_one_that_is_stored(scene: &Scene<'_>, tasks: Vec<Task>) -> Task {
    let write = |task: &Task| scene.database.write(vec![Change::Enqueue(task.clone())]);
    let written = join_all(tasks.iter().map(write)).await;

    let mut stored = Vec::new();
    for (task, written) in tasks.into_iter().zip(written) {
        match written {
            Ok(_) => stored.push(task),
            Err(error) => assert_eq!(error.kind(), Kind::Conflict, "{error}"),
        }
    }
    assert_eq!(stored.len(), 1, "{stored:?}");
    stored.remove(0)
}

async fn many_who_ask_with_one_key_make_one_task(scene: &Scene<'_>) {
    let queue = queue();
    let key = format!("Key of {queue} ");
    let keyed = |key: &str| Task {
        idempotency_key: Some(key.to_owned()),
        ..task(&queue, scene.clock.now())
    };

    let stored = the_one_that_is_stored(scene, (0..20).map(|_| keyed(&key)).collect()).await;

    assert_eq!(scene.database.task_with_key(&key).await.unwrap(), Some(stored));
    // Keys are compared byte by byte.
    for other in [key.to_lowercase(), key.trim_end().to_owned()] {
        assert_eq!(scene.database.task_with_key(&other).await.unwrap(), None, "{other:?}");
        the_one_that_is_stored(scene, vec![keyed(&other)]).await;
    }
}

async fn a_key_is_its_tasks_until_that_is_removed(scene: &Scene<'_>) {
    let queue = queue();
    let key = queue.clone();
    let keyed = || Task { idempotency_key: Some(key.clone()), ..task(&queue, scene.clock.now()) };
    let first = scene.enqueue_task(keyed()).await;
    let claimed = scene.claim(&queue).await;
    scene.queue.succeed(&claimed, &json!("done")).await.unwrap();

    let refused = scene.database.write(vec![Change::Enqueue(keyed())]).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
    let there = scene.database.task_with_key(&key).await.unwrap().unwrap();
    assert_eq!((there.id, there.state), (first.id.clone(), TaskState::Succeeded));
    scene.clock.pass(MOMENT);
    let now = scene.clock.now();
    scene.database.forget_tasks(&[first.id], TaskState::Succeeded, now).await.unwrap();

    assert_eq!(scene.database.task_with_key(&key).await.unwrap(), None);
    the_one_that_is_stored(scene, vec![keyed()]).await;
}

fn unique(queue: &str, scene: &Scene<'_>) -> Task {
    Task { unique_key: Some(queue.to_owned()), ..task(queue, scene.clock.now()) }
}

async fn of_many_who_want_one_waiting_task_one_makes_it(scene: &Scene<'_>) {
    let queue = queue();
    assert_eq!(scene.database.waiting_with(&queue).await.unwrap(), None);

    let tasks = (0..20).map(|_| unique(&queue, scene)).collect();
    let stored = the_one_that_is_stored(scene, tasks).await;

    assert_eq!(scene.database.waiting_with(&queue).await.unwrap(), Some(stored));
}

async fn a_task_that_does_not_wait_gives_its_unique_key_up(scene: &Scene<'_>) {
    let queue = queue();
    let first = scene.enqueue_task(unique(&queue, scene)).await;
    let held = scene.claim(&queue).await;
    assert_eq!(held.task.id, first.id);

    // What waits again before anyone else wanted to is still the one.
    scene.queue.again(&held, scene.clock.now(), Some("the network was down")).await.unwrap();
    let waiting = scene.database.waiting_with(&queue).await.unwrap().unwrap();
    assert_eq!(waiting.id, first.id);
    let held = scene.claim(&queue).await;

    let looks = join_all((0..8).map(|_| scene.database.waiting_with(&queue))).await;
    assert!(looks.into_iter().all(|look| look.unwrap().is_none()), "it runs");
    let next = scene.enqueue_task(unique(&queue, scene)).await;
    // And so two may wait, of which one has the key.
    scene.queue.again(&held, scene.clock.now(), Some("the network was down")).await.unwrap();
    assert_eq!(scene.database.waiting_with(&queue).await.unwrap().unwrap().id, next.id);
    assert!(scene.database.cancel(&next.id).await.unwrap());
    assert_eq!(scene.database.waiting_with(&queue).await.unwrap(), None);
}

async fn what_is_over_is_walked_in_the_order_of_ids(scene: &Scene<'_>) {
    let queue = queue();
    let mut done = Vec::new();
    for _ in 0..3 {
        scene.enqueue(&queue).await;
        let claimed = scene.claim(&queue).await;
        scene.queue.succeed(&claimed, &json!("done")).await.unwrap();
        done.push(claimed.task);
    }
    let waiting = scene.enqueue(&queue).await;

    let mut walked: Vec<Ended> = Vec::new();
    loop {
        let after = walked.last().map(|last| last.id.clone());
        let page = scene.database.ended(TaskState::Succeeded, after.as_ref(), 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        walked.extend(page);
    }

    assert!(walked.iter().is_sorted_by(|one, next| one.id < next.id));
    assert!(walked.iter().all(|task| task.id != waiting.id));
    let ours = walked.into_iter().filter(|walked| done.iter().any(|done| done.id == walked.id));
    let updated = scene.clock.now();
    let expected: Vec<_> = done
        .iter()
        .map(|done| Ended { id: done.id.clone(), created: done.created, updated })
        .collect();
    assert_eq!(ours.collect::<Vec<_>>(), expected);
}

async fn what_is_over_is_removed_once_it_is_old(scene: &Scene<'_>) {
    let queue = queue();
    scene.enqueue(&queue).await;
    let done = scene.claim(&queue).await;
    scene.queue.succeed(&done, &json!("done")).await.unwrap();
    let waiting = scene.enqueue(&queue).await;
    let ids = [done.task.id.clone(), waiting.id.clone(), TaskId("unknown".to_owned())];
    let forget =
        async |state| scene.database.forget_tasks(&ids, state, scene.clock.now()).await.unwrap();

    assert_eq!(forget(TaskState::Succeeded).await, 0, "it ended just now");
    scene.clock.pass(MOMENT);
    assert_eq!(forget(TaskState::Dead).await, 0, "it is not among these");
    assert_eq!(forget(TaskState::Succeeded).await, 1);
    assert_eq!(forget(TaskState::Succeeded).await, 0);

    assert_eq!(scene.database.task(&done.task.id).await.unwrap(), None);
    assert_eq!(scene.claim(&queue).await.task.id, waiting.id);
    let none = scene.database.forget_tasks(&[], TaskState::Dead, scene.clock.now()).await;
    assert_eq!(none.unwrap(), 0);
}

async fn a_task_that_is_tried_again_is_not_removed(scene: &Scene<'_>) {
    let queue = queue();
    scene.enqueue(&queue).await;
    let dead = scene.claim(&queue).await;
    scene.queue.bury(&dead, "it cannot work").await.unwrap();
    scene.clock.pass(MOMENT);
    assert!(scene.revive(&dead.task.id).await);
    scene.clock.pass(MOMENT);

    let ids = [dead.task.id.clone()];
    let forgotten = scene.database.forget_tasks(&ids, TaskState::Dead, scene.clock.now()).await;

    assert_eq!(forgotten.unwrap(), 0);
    assert_eq!(scene.claim(&queue).await.task.id, dead.task.id);
}

async fn backlogs_tell_what_is_to_be_seen_to(scene: &Scene<'_>) {
    let queue = queue();
    for _ in 0..3 {
        scene.enqueue(&queue).await;
    }
    let done = scene.claim(&queue).await;
    scene.queue.succeed(&done, &json!({})).await.unwrap();
    let given_up = scene.claim(&queue).await;
    scene.queue.bury(&given_up, "it cannot work").await.unwrap();
    scene.claim(&queue).await;
    let [sooner, later] = [MOMENT, LEASE].map(|after| task(&queue, scene.clock.now() + after));
    let first_due = Some(sooner.due);
    scene.database.write(vec![Change::Enqueue(later), Change::Enqueue(sooner)]).await.unwrap();

    let backlogs = scene.database.backlogs().await.unwrap();

    let ours: Vec<_> = backlogs.into_iter().filter(|backlog| backlog.queue == queue).collect();
    assert_eq!(scene.database.waiting(&queue).await.unwrap(), 2);
    let backlog = Backlog { queue, running: 1, silent: 0, waiting: 2, first_due, dead: 1 };
    assert_eq!(ours, [backlog]);
}

async fn what_was_given_up_is_counted_by_kind(scene: &Scene<'_>) {
    let (queue, kind) = (queue(), format!("sample.{}", number()));
    let begun = scene.clock.now();
    for _ in 0..3 {
        let task = Task { kind: kind.clone(), ..task(&queue, scene.clock.now()) };
        scene.enqueue_task(task).await;
    }
    for _ in 0..2 {
        let given_up = scene.claim(&queue).await;
        scene.queue.bury(&given_up, "it cannot work").await.unwrap();
    }
    let ended = scene.clock.now() + MOMENT;
    let counted = async |from, until| {
        let all = scene.database.given_up(from, until).await.unwrap();
        all.into_iter().find(|(counted, _)| *counted == kind).map(|(_, count)| count)
    };

    assert_eq!(counted(begun, ended).await, Some(2));
    assert_eq!(counted(ended, ended + LEASE).await, None, "it was before");
    assert_eq!(counted(begun - LEASE, begun).await, None, "it was later");
}

fn ordered(queue: &str, key: &str, scene: &Scene<'_>) -> Task {
    Task { order_key: Some(key.to_owned()), ..task(queue, scene.clock.now()) }
}

async fn tasks_of_one_order_are_done_one_after_another(scene: &Scene<'_>) {
    let queue = queue();
    let mut first = Vec::new();
    for _ in 0..3 {
        first.push(scene.enqueue_task(ordered(&queue, "first", scene)).await.id);
    }
    let second = scene.enqueue_task(ordered(&queue, "second", scene)).await.id;

    let claimed = [scene.claim(&queue).await, scene.claim(&queue).await];
    let mut ids = claimed.each_ref().map(|claimed| claimed.task.id.clone());
    ids.sort_unstable();
    assert_eq!(ids, [first[0].clone(), second]);
    scene.nothing_to_claim(&queue).await;

    // Another try is still its turn.
    let held = claimed.into_iter().find(|claimed| claimed.task.id == first[0]).unwrap();
    scene.queue.again(&held, scene.clock.now(), Some("the network was down")).await.unwrap();
    let held = scene.claim(&queue).await;
    assert_eq!(held.task.id, first[0]);
    scene.queue.succeed(&held, &json!("done")).await.unwrap();
    let held = scene.claim(&queue).await;
    assert_eq!(held.task.id, first[1]);
    scene.nothing_to_claim(&queue).await;
    scene.queue.bury(&held, "it cannot work").await.unwrap();
    assert_eq!(scene.claim(&queue).await.task.id, first[2]);
}

async fn an_order_goes_on_when_its_first_is_called_off(scene: &Scene<'_>) {
    let queue = queue();
    let first = scene.enqueue_task(ordered(&queue, "key", scene)).await;
    let second = scene.enqueue_task(ordered(&queue, "key", scene)).await;
    let held = scene.claim(&queue).await;
    assert_eq!(held.task.id, first.id);

    assert!(scene.database.cancel(&first.id).await.unwrap());
    scene.queue.stopped(&held).await.unwrap();

    assert_eq!(scene.claim(&queue).await.task.id, second.id);
}

async fn a_paused_queue_hands_out_nothing(scene: &Scene<'_>) {
    let (queue, other) = (queue(), queue());
    scene.enqueue(&queue).await;
    let held = scene.claim(&queue).await;
    scene.enqueue(&queue).await;

    scene.queue.pause(&pause(&queue, scene)).await.unwrap();

    let late = scene.enqueue(&queue).await;
    scene.nothing_to_claim(&queue).await;
    let elsewhere = scene.enqueue(&other).await.id;
    let both = [queue.clone(), other];
    assert_eq!(scene.claim_among(&both).await.task.id, elsewhere, "others go on");
    scene.queue.extend(&held, LEASE).await.unwrap();
    scene.queue.again(&held, scene.clock.now(), Some("the network was down")).await.unwrap();
    scene.nothing_to_claim(&queue).await;
    assert_eq!(scene.read(&late.id).await.state, TaskState::Queued);

    assert!(scene.queue.resume(&queue).await.unwrap());
    assert!(!scene.queue.resume(&queue).await.unwrap(), "it goes on already");
    for _ in 0..3 {
        let claimed = scene.claim(&queue).await;
        scene.queue.succeed(&claimed, &json!("done")).await.unwrap();
    }
    scene.nothing_to_claim(&queue).await;
}

async fn nothing_is_handed_out_once_a_pause_was_answered(scene: &Scene<'_>) {
    let queue = queue();
    for _ in 0..40 {
        scene.enqueue(&queue).await;
    }
    let queues = [queue.clone()];
    let running = async || {
        let state = Some(TaskState::Running);
        let filter =
            TaskFilter { queue: Some(queue.clone()), state, limit: 50, ..TaskFilter::default() };
        scene.list(&filter).await.len()
    };

    let claiming = join_all((0..8).map(|_| async {
        let mut claimed = 0;
        for _ in 0..4 {
            claimed += scene.queue.claim(&queues, 1, LEASE).await.unwrap().len();
        }
        claimed
    }));
    let pausing = async {
        let first = scene.claim(&queue).await;
        scene.queue.pause(&pause(&queue, scene)).await.unwrap();
        (first, running().await)
    };
    let (claimed, (_, when_answered)) = join(claiming, pausing).await;

    assert_eq!(claimed.iter().sum::<usize>() + 1, when_answered);
    assert_eq!(running().await, when_answered);
}

async fn a_pause_that_another_node_began_and_ended_is_followed(scene: &Scene<'_>) {
    let queue = queue();
    scene.nothing_to_claim(&queue).await;

    // What is beside the database does not hear of it.
    scene.database.pause(&pause(&queue, scene)).await.unwrap();
    let task = scene.enqueue(&queue).await;
    scene.nothing_to_claim(&queue).await;
    scene.database.resume(&queue).await.unwrap();

    assert_eq!(scene.claim(&queue).await.task.id, task.id);
}

async fn a_pause_says_since_when_by_whom_and_why(scene: &Scene<'_>) {
    let queue = queue();
    let told = async || {
        let pauses = scene.database.pauses().await.unwrap();
        pauses.into_iter().find(|pause| pause.queue == queue)
    };
    let first = pause(&queue, scene);
    assert_eq!(told().await, None);

    scene.queue.pause(&first).await.unwrap();
    assert_eq!(told().await.as_ref(), Some(&first));
    let since = scene.clock.now() + MOMENT;
    let again =
        Pause { since, by: None, why: Some("the disk is full".to_owned()), ..first.clone() };
    scene.queue.pause(&again).await.unwrap();
    assert_eq!(told().await, Some(Pause { since: first.since, ..again }));

    scene.queue.resume(&queue).await.unwrap();
    assert_eq!(told().await, None);
    assert!(!scene.queue.resume("never heard of").await.unwrap());
}

async fn a_silent_workers_task_stays_where_it_is_while_its_queue_is_paused(scene: &Scene<'_>) {
    let queue = queue();
    scene.enqueue(&queue).await;
    let silent = scene.claim(&queue).await.task.id;
    scene.queue.pause(&pause(&queue, scene)).await.unwrap();

    scene.clock.pass(LEASE);
    scene.nothing_to_claim(&queue).await;

    let backlogs = scene.database.backlogs().await.unwrap();
    let ours = backlogs.into_iter().find(|backlog| backlog.queue == queue).unwrap();
    assert_eq!((ours.running, ours.silent, ours.waiting), (1, 1, 0));
    scene.queue.resume(&queue).await.unwrap();
    assert_eq!(scene.claim(&queue).await.task.id, silent);
}

async fn a_purge_cancels_what_waits_and_nothing_else(scene: &Scene<'_>) {
    let (queue, other) = (queue(), queue());
    scene.enqueue(&queue).await;
    let held = scene.claim(&queue).await;
    let waiting = scene.enqueue(&queue).await;
    let later = task(&queue, scene.clock.now() + LEASE);
    scene.database.write(vec![Change::Enqueue(later.clone())]).await.unwrap();
    let elsewhere = scene.enqueue(&other).await;

    assert_eq!(scene.queue.purge(&queue, "it came from a bad import").await.unwrap(), 2);
    assert_eq!(scene.queue.purge(&queue, "again").await.unwrap(), 0);

    for id in [&waiting.id, &later.id] {
        let task = scene.read(id).await;
        assert_eq!(task.state, TaskState::Cancelled);
        assert_eq!(task.error.as_deref(), Some("it came from a bad import"));
    }
    scene.queue.succeed(&held, &json!("done")).await.unwrap();
    assert_eq!(scene.claim(&other).await.task.id, elsewhere.id);
    let next = scene.enqueue(&queue).await;
    assert_eq!(scene.claim(&queue).await.task.id, next.id);
    assert!(scene.revive(&waiting.id).await, "a person may think better of it");
    assert_eq!(scene.claim(&queue).await.task.id, waiting.id);
}

async fn a_purge_leaves_nothing_however_much_waits(scene: &Scene<'_>) {
    let queue = queue();
    let tasks = (0..2500).map(|_| Change::Enqueue(task(&queue, scene.clock.now())));
    scene.database.write(tasks.collect()).await.unwrap();
    scene.queue.pause(&pause(&queue, scene)).await.unwrap();

    assert_eq!(scene.queue.purge(&queue, "there are too many").await.unwrap(), 2500);

    scene.queue.resume(&queue).await.unwrap();
    scene.nothing_to_claim(&queue).await;
}

fn pause(queue: &str, scene: &Scene<'_>) -> Pause {
    Pause {
        queue: queue.to_owned(),
        since: scene.clock.now(),
        by: Some(UserId(7)),
        why: Some("the index is being built anew".to_owned()),
    }
}

/// A queue that no other part of the suite uses.
pub(super) fn queue() -> String {
    format!("queue-{}", number())
}

fn conflicts<T: std::fmt::Debug>(outcome: Result<T>) {
    assert_eq!(outcome.unwrap_err().kind(), Kind::Conflict);
}
