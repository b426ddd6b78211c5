//! Schedules over a real database, with a clock that is held.

mod following;
mod many;
mod nightly;
mod operators;
mod ticks;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use repono_domain::{CatchUp, Plan, Task, TaskState};
use repono_service::ports::{Clock, TaskFilter};
use repono_service::tasks::{self, OwnTask, own_tasks};
use serde_json::json;

use super::*;
use crate::app::{App, AppConfig};
use crate::config::Config;

const NIGHTLY: &str = "nightly.tidy";

struct Held(AtomicI64);

impl Held {
    fn set(&self, time: &str) {
        self.0.store(time.parse::<Timestamp>().unwrap().as_second(), Ordering::Relaxed);
    }

    fn pass(&self, duration: SignedDuration) {
        self.0.fetch_add(duration.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for Held {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// A server in which nothing works or looks at schedules by itself, on 2026-03-01 at noon, with a plugin
/// whose task is due every night at three.
struct Scene {
    clock: Arc<Held>,
    ctx: Context,
    app: App,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let scene = Self::bare().await;
        nightly::put_in_force(&scene.ctx, "0 3 * * *");
        scene
    }

    /// Without the plugin.
    async fn bare() -> Self {
        Self::with(Vec::new()).await
    }

    /// With what the repository itself does.
    async fn with(own_tasks: Vec<Arc<dyn OwnTask>>) -> Self {
        Self::configured(own_tasks, |_| {}).await
    }

    async fn configured(
        own_tasks: Vec<Arc<dyn OwnTask>>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Held(AtomicI64::new(0)));
        clock.set("2026-03-01T12:00:00Z");
        let mut config = Config::default();
        "127.0.0.1:0".clone_into(&mut config.server.listen);
        folder.path().clone_into(&mut config.data.dir);
        config.plugins.embedded = false;
        config.tasks.workers = 0;
        config.tasks.scheduled = false;
        change(&mut config);
        let clock_of_app = Arc::clone(&clock) as _;
        let app = AppConfig { clock: clock_of_app, own_tasks, ..AppConfig::new(config) };
        let app = App::start(app).await.unwrap();
        Self { clock, ctx: app.services.as_system(), app, _folder: folder }
    }

    /// Looks once, at which nothing is wrong. Answers how many tasks there are.
    async fn look(&self) -> usize {
        assert_eq!(look(&self.ctx).await.unwrap(), BTreeSet::new());
        self.tasks().await.len()
    }

    /// Newest first.
    async fn tasks(&self) -> Vec<Task> {
        let filter = TaskFilter { limit: 500, ..TaskFilter::default() };
        tasks::list(&self.ctx, &filter).await.unwrap()
    }

    /// Does all that is due.
    async fn work(&self) {
        let lease = SignedDuration::from_secs(60);
        let claimed = self.ctx.database.claim(&["default".to_owned()], 500, lease).await.unwrap();
        for claimed in claimed {
            self.ctx.database.succeed(&claimed, &json!({})).await.unwrap();
        }
    }

    async fn stop(self) {
        let Self { ctx, app, .. } = self;
        drop(ctx);
        app.stop().await;
    }
}

fn plan(timing: &str) -> Plan {
    Plan {
        title: String::new(),
        description: String::new(),
        kind: NIGHTLY.to_owned(),
        payload: json!({}),
        timing: Some(timing.to_owned()),
        timezone: "UTC".to_owned(),
        jitter_s: 0,
        catch_up: CatchUp::Once,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_repository_does_by_itself_is_queued_every_day() {
    let scene = Scene::with(own_tasks()).await;

    assert_eq!(scene.look().await, 0, "the repository was not there in the night before");
    scene.clock.set("2026-03-02T04:00:00Z");
    let queued = scene.look().await;
    assert_eq!(scene.look().await, queued, "each is queued once");
    let tasks = scene.tasks().await;
    for kind in ["repono.lift-embargoes", "repono.tidy"] {
        assert_eq!(tasks.iter().filter(|task| task.kind == kind).count(), 1, "{kind}");
    }

    scene.stop().await;
}
