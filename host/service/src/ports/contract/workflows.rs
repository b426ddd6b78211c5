//! Tasks that begin when others are over: part of what every queue and its database keep.

use futures::future::join_all;
use repono_domain::{Step, Task, TaskId, TaskState};
use serde_json::json;

use super::queue::{LEASE, MOMENT, Scene, queue};
use super::samples::task;
use crate::ports::{Change, Claimed, Clock as _, Predecessor, TaskFilter};

pub(super) async fn keep_the_contract(scene: &Scene<'_>) {
    what_was_asked_for_is_read(scene).await;
    a_chain_goes_on_one_by_one(scene).await;
    a_task_begins_once_when_all_before_it_have_succeeded(scene).await;
    a_task_begins_at_its_time_at_the_earliest(scene).await;
    what_follows_a_task_that_was_given_up_ends_and_says_so(scene).await;
    what_follows_a_task_that_was_called_off_ends_and_says_so(scene).await;
    a_task_whose_workers_fell_silent_ends_what_follows(scene).await;
    a_purge_ends_what_follows_elsewhere(scene).await;
    a_task_that_is_tried_again_is_followed_again(scene).await;
    what_a_person_called_off_stays_so_when_another_is_tried_again(scene).await;
    a_workflow_is_kept_until_nothing_of_it_is_needed(scene).await;
    a_worker_that_lost_its_task_lets_nothing_begin(scene).await;
}

/// Tasks of a workflow, and those after which they begin, by their places in it.
struct Told {
    tasks: Vec<Task>,
    queue: String,
}

impl Told {
    async fn of(scene: &Scene<'_>, after: &[&[usize]]) -> Self {
        let told = Self::unstored(scene, after);
        told.store(scene).await;
        told
    }

    fn unstored(scene: &Scene<'_>, after: &[&[usize]]) -> Self {
        let queue = queue();
        let mut tasks: Vec<Task> = after.iter().map(|_| task(&queue, scene.clock.now())).collect();
        let ids: Vec<TaskId> = tasks.iter().map(|task| task.id.clone()).collect();
        for (place, task) in tasks.iter_mut().enumerate() {
            task.step = Some(Step {
                workflow: ids[0].clone(),
                name: format!("task-{place}"),
                after: after[place]
                    .iter()
                    .map(|before| (format!("task-{before}"), ids[*before].clone()))
                    .collect(),
                even_if_failed: false,
            });
            if !after[place].is_empty() {
                task.state = TaskState::Blocked;
            }
        }
        Self { tasks, queue }
    }

    async fn store(&self, scene: &Scene<'_>) {
        let changes = self.tasks.iter().cloned().map(Change::Enqueue).collect();
        scene.database.write(changes).await.unwrap();
        scene.queue.announce(&self.tasks);
    }

    fn id(&self, place: usize) -> &TaskId {
        &self.tasks[place].id
    }

    async fn states(&self, scene: &Scene<'_>) -> Vec<&'static str> {
        let mut states = Vec::new();
        for task in &self.tasks {
            states.push(scene.read(&task.id).await.state.as_str());
        }
        states
    }

    /// The next task, which is this one.
    async fn claim(&self, scene: &Scene<'_>, place: usize) -> Claimed {
        let claimed = scene.claim(&self.queue).await;
        assert_eq!(claimed.task.id, *self.id(place));
        claimed
    }

    async fn succeed(&self, scene: &Scene<'_>, place: usize) {
        let claimed = self.claim(scene, place).await;
        scene.queue.succeed(&claimed, &json!({ "place": place })).await.unwrap();
    }

    async fn bury(&self, scene: &Scene<'_>, place: usize) {
        let claimed = self.claim(scene, place).await;
        scene.queue.bury(&claimed, "it cannot work").await.unwrap();
    }

    /// It was ended because of this one.
    async fn ends_with(&self, scene: &Scene<'_>, place: usize, because: usize) {
        let task = scene.read(self.id(place)).await;
        assert_eq!((task.state, task.attempts), (TaskState::Cancelled, 0));
        let why = task.error.unwrap();
        assert!(why.contains(&self.id(because).0), "{why}");
    }
}

async fn what_was_asked_for_is_read(scene: &Scene<'_>) {
    let told = Told::of(scene, &[&[], &[0], &[0, 1]]).await;

    for task in &told.tasks {
        assert_eq!(scene.read(&task.id).await, *task);
    }
    let ours = TaskFilter { workflow: Some(told.id(0).clone()), limit: 9, ..TaskFilter::default() };
    let ids = [2, 1, 0].map(|place| told.id(place).clone());
    assert_eq!(scene.list(&ours).await, ids);
    let blocked = TaskFilter { state: Some(TaskState::Blocked), ..ours };
    assert_eq!(scene.list(&blocked).await, ids[..2]);
    assert_eq!(
        scene.database.waiting(&told.queue).await.unwrap(),
        3,
        "they need room all the same"
    );
    let depths = scene.database.depths().await.unwrap();
    assert!(depths.contains(&(told.queue.clone(), TaskState::Blocked, 2)), "{depths:?}");
}

async fn a_chain_goes_on_one_by_one(scene: &Scene<'_>) {
    let told = Told::of(scene, &[&[], &[0], &[1]]).await;

    let first = told.claim(scene, 0).await;
    scene.nothing_to_claim(&told.queue).await;
    assert_eq!(told.states(scene).await, ["running", "blocked", "blocked"]);
    scene.queue.again(&first, scene.clock.now(), Some("the network was down")).await.unwrap();
    told.succeed(scene, 0).await;
    assert_eq!(told.states(scene).await, ["succeeded", "queued", "blocked"]);
    told.succeed(scene, 1).await;
    told.succeed(scene, 2).await;
    scene.nothing_to_claim(&told.queue).await;

    let ids = [told.id(0).clone(), told.id(2).clone(), TaskId("unknown".to_owned())];
    let mut before = scene.database.predecessors(&ids).await.unwrap();
    before.sort_unstable_by(|one, other| one.task.cmp(&other.task));
    let done = |place: usize| Predecessor {
        task: told.id(place).clone(),
        state: TaskState::Succeeded,
        result: Some(json!({ "place": place })),
        error: None,
    };
    assert_eq!(before, [done(0), done(2)]);
}

async fn a_task_begins_once_when_all_before_it_have_succeeded(scene: &Scene<'_>) {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); 20];
    after.push((0..20).collect());
    let after: Vec<&[usize]> = after.iter().map(Vec::as_slice).collect();
    let told = Told::of(scene, &after).await;
    let mut claimed = Vec::new();
    for _ in 0..20 {
        claimed.push(scene.claim(&told.queue).await);
    }
    scene.nothing_to_claim(&told.queue).await;

    // All at once: the last of them sees the others.
    let result = json!("done");
    let ends = claimed.iter().map(|claimed| scene.queue.succeed(claimed, &result));
    for end in join_all(ends).await {
        end.unwrap();
    }

    told.succeed(scene, 20).await;
    scene.nothing_to_claim(&told.queue).await;
    assert_eq!(scene.read(told.id(20)).await.attempts, 1);
}

async fn a_task_begins_at_its_time_at_the_earliest(scene: &Scene<'_>) {
    let mut told = Told::unstored(scene, &[&[], &[0], &[0]]);
    let due = scene.clock.now() + LEASE;
    told.tasks[2].due = due;
    told.store(scene).await;

    scene.clock.pass(MOMENT);
    told.succeed(scene, 0).await;

    assert_eq!(scene.read(told.id(1)).await.due, scene.clock.now(), "since then it waits");
    assert_eq!(scene.read(told.id(2)).await.due, due);
    told.succeed(scene, 1).await;
    scene.nothing_to_claim(&told.queue).await;
    scene.clock.pass(LEASE);
    told.succeed(scene, 2).await;
}

fn even_if_failed(told: &mut Told, place: usize) {
    if let Some(step) = &mut told.tasks[place].step {
        step.even_if_failed = true;
    }
}

async fn what_follows_a_task_that_was_given_up_ends_and_says_so(scene: &Scene<'_>) {
    let mut told = Told::unstored(scene, &[&[], &[0], &[1], &[1, 2]]);
    even_if_failed(&mut told, 3);
    told.store(scene).await;

    told.bury(scene, 0).await;

    told.ends_with(scene, 1, 0).await;
    told.ends_with(scene, 2, 1).await;
    told.succeed(scene, 3).await;
    scene.nothing_to_claim(&told.queue).await;
}

async fn what_follows_a_task_that_was_called_off_ends_and_says_so(scene: &Scene<'_>) {
    let told = Told::of(scene, &[&[], &[], &[0], &[1]]).await;

    // One that waits is called off at once, one that runs when it has stopped.
    assert!(scene.database.cancel(told.id(1)).await.unwrap());
    told.ends_with(scene, 3, 1).await;
    let running = told.claim(scene, 0).await;
    assert!(scene.database.cancel(told.id(0)).await.unwrap());
    assert_eq!(scene.read(told.id(2)).await.state, TaskState::Blocked);
    scene.queue.stopped(&running).await.unwrap();
    told.ends_with(scene, 2, 0).await;

    let blocked = Told::of(scene, &[&[], &[0], &[1]]).await;
    assert!(scene.database.cancel(blocked.id(1)).await.unwrap());
    blocked.ends_with(scene, 2, 1).await;
    blocked.succeed(scene, 0).await;
    scene.nothing_to_claim(&blocked.queue).await;
}

async fn a_task_whose_workers_fell_silent_ends_what_follows(scene: &Scene<'_>) {
    let mut told = Told::unstored(scene, &[&[], &[0], &[0, 1]]);
    even_if_failed(&mut told, 2);
    told.store(scene).await;
    for _ in 0..told.tasks[0].max_attempts {
        told.claim(scene, 0).await;
        scene.clock.pass(LEASE);
    }

    told.succeed(scene, 2).await;

    assert_eq!(scene.read(told.id(0)).await.state, TaskState::Dead);
    told.ends_with(scene, 1, 0).await;
}

async fn a_purge_ends_what_follows_elsewhere(scene: &Scene<'_>) {
    let mut told = Told::unstored(scene, &[&[], &[0], &[1]]);
    let other = queue();
    told.tasks[1].queue.clone_from(&other);
    told.store(scene).await;
    let running = told.claim(scene, 0).await;

    assert_eq!(scene.queue.purge(&other, "it is full").await.unwrap(), 1);

    assert_eq!(scene.read(told.id(1)).await.error.as_deref(), Some("it is full"));
    told.ends_with(scene, 2, 1).await;
    scene.queue.succeed(&running, &json!("done")).await.unwrap();
    scene.nothing_to_claim(&told.queue).await;
}

async fn a_task_that_is_tried_again_is_followed_again(scene: &Scene<'_>) {
    let told = Told::of(scene, &[&[], &[0], &[1], &[]]).await;
    let mut claimed = [scene.claim(&told.queue).await, scene.claim(&told.queue).await];
    claimed.sort_unstable_by_key(|claimed| claimed.task.id.clone());
    scene.queue.bury(&claimed[0], "it cannot work").await.unwrap();
    scene.queue.succeed(&claimed[1], &json!("done")).await.unwrap();
    assert_eq!(told.states(scene).await, ["dead", "cancelled", "cancelled", "succeeded"]);

    assert!(scene.revive(told.id(2)).await, "by itself it ends as before");
    told.ends_with(scene, 2, 1).await;
    scene.nothing_to_claim(&told.queue).await;
    assert!(scene.revive(told.id(0)).await);

    assert_eq!(told.states(scene).await, ["queued", "blocked", "blocked", "succeeded"]);
    assert_eq!(scene.read(told.id(1)).await.error, None);
    for place in 0..3 {
        told.succeed(scene, place).await;
    }
    scene.nothing_to_claim(&told.queue).await;
    assert!(!scene.database.revive(told.id(0)).await.unwrap(), "it is done");
    assert_eq!(told.states(scene).await, ["succeeded"; 4]);
}

async fn what_a_person_called_off_stays_so_when_another_is_tried_again(scene: &Scene<'_>) {
    let told = Told::of(scene, &[&[], &[0], &[0], &[2]]).await;
    assert!(scene.database.cancel(told.id(1)).await.unwrap());
    told.bury(scene, 0).await;

    assert!(scene.revive(told.id(0)).await);

    assert_eq!(told.states(scene).await, ["queued", "cancelled", "blocked", "blocked"]);
    assert!(scene.revive(told.id(1)).await, "a person may think better of it");
    assert_eq!(told.states(scene).await, ["queued", "blocked", "blocked", "blocked"]);
}

async fn a_workflow_is_kept_until_nothing_of_it_is_needed(scene: &Scene<'_>) {
    let told = Told::of(scene, &[&[], &[0]]).await;
    told.succeed(scene, 0).await;
    let later = || {
        scene.clock.pass(MOMENT);
        scene.clock.now()
    };
    let forget = async |place: usize, state: TaskState| {
        let ids = std::slice::from_ref(told.id(place));
        scene.database.forget_tasks(ids, state, later()).await.unwrap()
    };

    assert_eq!(forget(0, TaskState::Succeeded).await, 0, "another is to begin after it");
    told.bury(scene, 1).await;
    assert_eq!(forget(0, TaskState::Succeeded).await, 0, "another may be tried again");
    assert_eq!(forget(1, TaskState::Dead).await, 1);
    assert_eq!(forget(0, TaskState::Succeeded).await, 1);

    let workflow = Some(told.id(0).clone());
    let ours = TaskFilter { workflow, limit: 9, ..TaskFilter::default() };
    assert_eq!(scene.list(&ours).await, []);
}

async fn a_worker_that_lost_its_task_lets_nothing_begin(scene: &Scene<'_>) {
    let told = Told::of(scene, &[&[], &[0]]).await;
    let lost = told.claim(scene, 0).await;
    scene.clock.pass(LEASE);
    let held = told.claim(scene, 0).await;

    assert!(scene.queue.succeed(&lost, &json!("late")).await.is_err());
    assert!(scene.queue.bury(&lost, "late").await.is_err());

    assert_eq!(told.states(scene).await, ["running", "blocked"]);
    scene.queue.succeed(&held, &json!("in time")).await.unwrap();
    told.succeed(scene, 1).await;
}
