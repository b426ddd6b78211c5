//! Schedules over a real database, with a clock that is held.

mod nightly;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::SignedDuration;
use repono_service::ports::Clock;
use serde_json::json;

use super::*;
use crate::app::{App, AppConfig};
use crate::config::Config;

struct Held(AtomicI64);

impl Held {
    fn set(&self, time: &str) {
        self.0.store(time.parse::<Timestamp>().unwrap().as_second(), Ordering::Relaxed);
    }
}

impl Clock for Held {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// Nothing in it works or looks at schedules by itself.
async fn idle_app(folder: &std::path::Path, clock: Arc<Held>) -> App {
    let mut config = Config::default();
    "127.0.0.1:0".clone_into(&mut config.server.listen);
    folder.clone_into(&mut config.data.dir);
    config.plugins.embedded = false;
    config.tasks.workers = 0;
    config.tasks.scheduled = false;
    App::start(AppConfig { clock, ..AppConfig::new(config) }).await.unwrap()
}

async fn look(ctx: &Context) -> usize {
    for Scheduled { kind, cron, since } in scheduled(ctx) {
        queue_if_due(ctx, &kind, &cron, since).await.unwrap();
    }
    tasks::list(ctx, &TaskFilter::default()).await.unwrap().len()
}

async fn do_one(ctx: &Context) {
    let lease = SignedDuration::from_secs(60);
    let claimed = ctx.database.claim(&["default".to_owned()], 1, lease).await.unwrap();
    ctx.database.succeed(&claimed[0], &json!({})).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_passed_is_made_up_for_once() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Held(AtomicI64::new(0)));
    clock.set("2026-03-01T12:00:00Z");
    let app = idle_app(folder.path(), Arc::clone(&clock)).await;
    let ctx = app.services.as_system();
    nightly::put_in_force(&ctx);

    assert_eq!(look(&ctx).await, 0, "what was due before the plugin came is nobody's");
    clock.set("2026-03-03T04:00:00Z");
    assert_eq!(look(&ctx).await, 1, "two nights have passed, and one task makes up for both");
    assert_eq!(look(&ctx).await, 1, "it waits, so it is not queued again");
    do_one(&ctx).await;
    assert_eq!(look(&ctx).await, 1, "it is done, and the next night is to come");
    clock.set("2026-03-04T03:00:00Z");
    assert_eq!(look(&ctx).await, 2);

    drop(ctx);
    app.stop().await;
}

#[test]
fn a_schedule_is_in_utc_and_never_now() {
    let after = "2026-03-01T03:00:00Z".parse().unwrap();

    assert_eq!(next("0 3 * * *", after).unwrap().to_string(), "2026-03-02T03:00:00Z");
}

#[test]
fn nonsense_is_named() {
    let told = next("every day", Timestamp::UNIX_EPOCH).unwrap_err().to_string();

    assert!(told.starts_with("its schedule \"every day\" is wrong"), "{told}");
}
