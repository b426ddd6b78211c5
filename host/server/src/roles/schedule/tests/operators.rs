//! What people do with schedules.

use repono_domain::Caller;
use repono_service::{Error, Kind};

use super::*;

fn fields(error: Error) -> Vec<String> {
    let Error::InvalidDocument(problems) = error else { panic!("{error}") };
    problems.into_iter().map(|problem| format!("{} {}", problem.at, problem.code)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_schedule_does_not_fire_and_goes_on_with_its_next_time() {
    let scene = Scene::new().await;
    scene.look().await;

    let paused = schedules::pause(&scene.ctx, NIGHTLY).await.unwrap();
    assert_eq!(paused.schedule.paused.unwrap().since, scene.clock.now());
    assert!(paused.next.is_none());
    scene.clock.set("2026-03-03T04:00:00Z");
    assert_eq!(scene.look().await, 0);
    let still = schedules::pause(&scene.ctx, NIGHTLY).await.unwrap();
    assert_eq!(still.schedule, paused.schedule, "it was paused already");

    let resumed = schedules::resume(&scene.ctx, NIGHTLY).await.unwrap();
    assert_eq!(resumed.next.unwrap().to_string(), "2026-03-04T03:00:00+00:00[UTC]");
    assert_eq!(scene.look().await, 0, "what passed meanwhile was not wanted");
    scene.clock.set("2026-03-04T03:00:00Z");
    assert_eq!(scene.look().await, 1);

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_runs_when_somebody_asks_unless_it_does_already() {
    let scene = Scene::new().await;
    schedules::create(&scene.ctx, "asked", Plan { timing: None, ..plan("") }).await.unwrap();

    let task = schedules::run(&scene.ctx, "asked", None).await.unwrap();

    assert_eq!((task.kind.as_str(), task.state), (NIGHTLY, TaskState::Queued));
    let again = schedules::run(&scene.ctx, "asked", None).await.unwrap_err();
    assert_eq!(again.kind(), Kind::Conflict);
    assert!(again.to_string().contains(&task.id.0), "{again}");
    scene.work().await;
    let other = schedules::run(&scene.ctx, "asked", Some(json!({"batch": 7}))).await.unwrap();
    assert_eq!(other.payload, json!({"batch": 7}));
    scene.work().await;
    let refused = schedules::run(&scene.ctx, "asked", Some(json!({"batch": "many"}))).await;
    assert_eq!(fields(refused.unwrap_err()), ["/payload/batch wrong-type"]);
    scene.clock.set("2027-03-01T12:00:00Z");
    assert_eq!(look(&scene.ctx).await.unwrap(), BTreeSet::new());
    assert_eq!(scene.ctx.database.count_runs("asked").await.unwrap(), 2, "never by itself");

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_ask_for_a_run_one_gets_it() {
    let scene = Scene::new().await;
    schedules::create(&scene.ctx, "asked", Plan { timing: None, ..plan("") }).await.unwrap();

    let asked = (0..12).map(|_| schedules::run(&scene.ctx, "asked", None));
    let asked = futures::future::join_all(asked).await;

    assert_eq!(asked.iter().filter(|run| run.is_ok()).count(), 1, "{asked:?}");
    assert_eq!(scene.tasks().await.len(), 1);

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_where_it_is_asked_each_with_its_field() {
    let scene = Scene::new().await;
    let wrong = Plan {
        kind: "nightly.nothing".to_owned(),
        timezone: "Mars/Olympus".to_owned(),
        jitter_s: 90_000,
        ..plan("0 0 31 2 *")
    };

    let refused = schedules::create(&scene.ctx, "a name", wrong.clone()).await.unwrap_err();
    assert_eq!(
        fields(refused),
        [
            "/name invalid-name",
            "/kind unknown-kind",
            "/timezone unknown-timezone",
            "/cron never-fires",
            "/jitter_s too-large"
        ]
    );
    let payload = Plan { payload: json!({"batch": "many"}), ..plan("every 15m") };
    let refused = schedules::create(&scene.ctx, "payload", payload).await.unwrap_err();
    assert_eq!(fields(refused), ["/payload/batch wrong-type"]);
    let refused = schedules::create(&scene.ctx, NIGHTLY, plan("every 15m")).await.unwrap_err();
    assert_eq!(fields(refused), ["/name reserved-name"]);

    schedules::create(&scene.ctx, "mine", plan("every 15m")).await.unwrap();
    let taken = schedules::create(&scene.ctx, "mine", plan("every 15m")).await.unwrap_err();
    assert_eq!(taken.kind(), Kind::Conflict);
    let refused = schedules::change(&scene.ctx, "mine", wrong).await.unwrap_err();
    assert_eq!(fields(refused).len(), 4);

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_changed_and_removed_by_people_if_it_is_theirs() {
    let scene = Scene::new().await;
    scene.look().await;
    schedules::create(&scene.ctx, "mine", plan("0 13 * * *")).await.unwrap();

    scene.clock.set("2026-03-01T14:00:00Z");
    let changed = schedules::change(&scene.ctx, "mine", plan("30 * * * *")).await.unwrap();
    assert_eq!(changed.next.unwrap().to_string(), "2026-03-01T14:30:00+00:00[UTC]");
    assert_eq!(scene.look().await, 0, "new times begin now");
    let titled = Plan { title: "Mine".to_owned(), ..plan("30 * * * *") };
    scene.clock.set("2026-03-01T14:31:00Z");
    schedules::change(&scene.ctx, "mine", titled).await.unwrap();
    assert_eq!(scene.look().await, 1, "another title takes no time away");
    schedules::remove(&scene.ctx, "mine").await.unwrap();
    assert_eq!(schedules::read(&scene.ctx, "mine").await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(schedules::remove(&scene.ctx, "mine").await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(scene.tasks().await[0].state, TaskState::Queued, "its task goes on");

    let theirs = schedules::change(&scene.ctx, NIGHTLY, plan("every 1h")).await.unwrap_err();
    assert_eq!(theirs.kind(), Kind::Conflict);
    let theirs = schedules::remove(&scene.ctx, NIGHTLY).await.unwrap_err();
    assert!(theirs.to_string().contains("pause it"), "{theirs}");

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_administrators_has_to_do_with_schedules() {
    let scene = Scene::new().await;
    scene.look().await;
    let caller = Caller::Anonymous;
    let ctx = &Context { caller, services: Arc::clone(&scene.ctx.services) };

    let refused = [
        schedules::list(ctx).await.err(),
        schedules::read(ctx, NIGHTLY).await.err(),
        schedules::create(ctx, "mine", plan("every 1h")).await.err(),
        schedules::change(ctx, NIGHTLY, plan("every 1h")).await.err(),
        schedules::remove(ctx, NIGHTLY).await.err(),
        schedules::pause(ctx, NIGHTLY).await.err(),
        schedules::resume(ctx, NIGHTLY).await.err(),
        schedules::run(ctx, NIGHTLY, None).await.err(),
        schedules::follow(ctx).await.err(),
        schedules::fire_due(ctx).await.err(),
    ];

    assert!(refused.into_iter().all(|error| error.unwrap().kind() == Kind::Forbidden));
    scene.stop().await;
}
