//! Choosing tasks of a real database, as workers do.

use std::collections::BTreeMap;

use jiff::Timestamp;
use repono_domain::{Task, TaskState};
use repono_service::ports::Change;
use serde_json::json;

use super::*;
use crate::app::{App, AppConfig};
use crate::config::Config;

/// A server in which nobody works, and what its workers would choose by.
struct Scene {
    app: App,
    ctx: Context,
    share: Share,
    now: Instant,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(queues: &[&str], change: impl FnOnce(&mut TasksSection)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        "127.0.0.1:0".clone_into(&mut config.server.listen);
        folder.path().clone_into(&mut config.data.dir);
        config.plugins.embedded = false;
        config.tasks.workers = 0;
        config.tasks.scheduled = false;
        config.tasks.queues = queues.iter().map(|&queue| queue.to_owned()).collect();
        change(&mut config.tasks);
        let share = Share::of_all_others(&config.tasks);
        let app = App::start(AppConfig::new(config)).await.unwrap();
        let ctx = app.services.as_system();
        Self { app, ctx, share, now: Instant::now(), _folder: folder }
    }

    async fn enqueue(&self, queue: &str, count: usize) {
        let tasks = (0..count).map(|_| Change::Enqueue(self.task(queue)));
        self.ctx.database.write(tasks.collect()).await.unwrap();
    }

    fn task(&self, queue: &str) -> Task {
        let due = Timestamp::UNIX_EPOCH;
        Task {
            id: self.ctx.ids.task(),
            queue: queue.to_owned(),
            kind: "sample.work".to_owned(),
            payload: json!({}),
            state: TaskState::Queued,
            attempts: 0,
            max_attempts: 3,
            due,
            created: due,
            updated: due,
            progress: None,
            checkpoint: None,
            result: None,
            error: None,
            cancel_requested: false,
            created_by: None,
            trace: None,
            order_key: None,
            idempotency_key: None,
            unique_key: None,
            step: None,
        }
    }

    /// The queue of the next task that a worker takes, if it may take any now.
    async fn next(&self) -> Option<String> {
        let choice = self.share.choose(&self.share.queues(&self.ctx), self.now);
        let claimed = tasks::take(&self.ctx, &choice.queues).await.unwrap();
        let queue = claimed.map(|claimed| claimed.task.queue);
        self.share.took(&choice, queue.as_deref());
        queue
    }

    async fn next_by_queue(&self, count: usize) -> BTreeMap<String, usize> {
        let mut taken = BTreeMap::new();
        for _ in 0..count {
            *taken.entry(self.next().await.unwrap()).or_default() += 1;
        }
        taken
    }

    async fn end(self) {
        let Self { app, ctx, .. } = self;
        drop(ctx);
        app.stop().await;
    }
}

fn counts(queues: &[(&str, usize)]) -> BTreeMap<String, usize> {
    queues.iter().map(|&(queue, count)| (queue.to_owned(), count)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_task_beside_a_flood_of_two_thousand_is_taken_next() {
    let scene = Scene::new(&["flood", "quick"], |_| {}).await;
    scene.enqueue("flood", 2000).await;
    assert_eq!(scene.next_by_queue(20).await, counts(&[("flood", 20)]));

    scene.enqueue("quick", 1).await;

    assert_eq!(scene.next().await.as_deref(), Some("quick"));
    assert_eq!(scene.next().await.as_deref(), Some("flood"));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_low_priority_gets_its_share_beside_a_flood_of_a_high_one() {
    let scene = Scene::new(&["high", "low"], |tasks| {
        tasks.queue.entry("high".to_owned()).or_default().priority = 9_u16.try_into().ok();
    })
    .await;
    scene.enqueue("high", 500).await;
    scene.enqueue("low", 500).await;

    assert_eq!(scene.next_by_queue(100).await, counts(&[("high", 90), ("low", 10)]));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_holds_and_holds_up_no_other_queue() {
    let mut scene = Scene::new(&["other", "slow"], |tasks| {
        tasks.queue.entry("slow".to_owned()).or_default().per_second = Some(5);
    })
    .await;
    scene.enqueue("slow", 100).await;
    scene.enqueue("other", 100).await;

    let mut begun = BTreeMap::<String, usize>::new();
    for _ in 0..100 {
        *begun.entry(scene.next().await.unwrap()).or_default() += 1;
        scene.now += Duration::from_millis(20);
    }

    assert_eq!(begun, counts(&[("other", 90), ("slow", 10)]), "in two seconds");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_queue_holds_up_no_other() {
    let scene = Scene::new(&["other", "paused"], |_| {}).await;
    scene.enqueue("paused", 10).await;
    scene.enqueue("other", 2).await;
    repono_service::queues::pause(&scene.ctx, "paused", None).await.unwrap();

    let taken = [scene.next().await, scene.next().await, scene.next().await];

    assert_eq!(taken, [Some("other".to_owned()), Some("other".to_owned()), None]);
    repono_service::queues::resume(&scene.ctx, "paused").await.unwrap();
    assert_eq!(scene.next().await.as_deref(), Some("paused"));
    scene.end().await;
}
