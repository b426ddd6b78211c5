//! What fires when.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_passed_is_made_up_for_once() {
    let scene = Scene::new().await;

    assert_eq!(scene.look().await, 0, "what was due before the plugin came is nobody's");
    scene.clock.set("2026-03-03T04:00:00Z");
    assert_eq!(scene.look().await, 1, "two nights have passed, and one task makes up for both");
    assert_eq!(scene.look().await, 1, "it waits, so it is not queued again");
    scene.work().await;
    assert_eq!(scene.look().await, 1, "it is done, and the next night is to come");
    scene.clock.set("2026-03-04T03:00:00Z");
    assert_eq!(scene.look().await, 2);

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_passed_is_skipped_if_that_is_wished() {
    let scene = Scene::new().await;
    let plan = Plan { catch_up: CatchUp::Skip, ..plan("30 * * * *") };
    schedules::create(&scene.ctx, "hourly", plan).await.unwrap();

    scene.clock.set("2026-03-01T14:32:00Z");
    assert_eq!(scene.look().await, 0, "two minutes are too late");
    scene.clock.set("2026-03-01T15:30:20Z");
    assert_eq!(scene.look().await, 1, "twenty seconds are not");
    scene.clock.set("2026-03-01T16:30:00Z");
    assert_eq!(scene.look().await, 1, "the task of before is not over");
    scene.clock.set("2026-03-01T16:40:00Z");
    scene.work().await;
    assert_eq!(scene.look().await, 1, "and when it is, it is too late");
    scene.clock.set("2026-03-01T17:30:00Z");
    assert_eq!(scene.look().await, 2);

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_time_that_passed_is_made_up_for_if_that_is_wished() {
    let scene = Scene::new().await;
    let plan = Plan { catch_up: CatchUp::All, ..plan("0 * * * *") };
    schedules::create(&scene.ctx, "hourly", plan).await.unwrap();

    scene.clock.set("2026-03-01T15:10:00Z");
    for made in 1..=3 {
        assert_eq!(scene.look().await, made);
        assert_eq!(scene.look().await, made, "one after another");
        scene.work().await;
    }
    assert_eq!(scene.look().await, 3);
    let runs = scene.ctx.database.runs("hourly", 0, 99).await.unwrap();
    let ticks: Vec<_> = runs.iter().map(|run| run.tick.unwrap().to_string()).collect();
    assert_eq!(ticks, ["2026-03-01T15:00:00Z", "2026-03-01T14:00:00Z", "2026-03-01T13:00:00Z"]);

    // After half a year the latest hundred.
    scene.clock.set("2026-09-01T12:30:00Z");
    scene.look().await;
    let fired = schedules::read(&scene.ctx, "hourly").await.unwrap().schedule.last_tick;
    assert_eq!(fired.unwrap().to_string(), "2026-08-28T09:00:00Z");

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_goes_by_the_clocks_of_its_zone() {
    let scene = Scene::new().await;
    let plan = Plan { timezone: "Europe/Vienna".to_owned(), ..plan("30 2 * * *") };
    schedules::create(&scene.ctx, "vienna", plan).await.unwrap();
    // The nights in which the clock leaves this time out, and shows it twice.
    for (before, at, after) in [
        ("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29T23:59:59Z"),
        ("2026-10-25T00:29:59Z", "2026-10-25T00:30:00Z", "2026-10-25T01:45:00Z"),
    ] {
        scene.clock.set(before);
        scene.look().await;
        scene.work().await;
        let made = scene.ctx.database.count_runs("vienna").await.unwrap();
        scene.look().await;
        assert_eq!(scene.ctx.database.count_runs("vienna").await.unwrap(), made, "{before}");

        scene.clock.set(at);
        scene.look().await;
        scene.work().await;
        assert_eq!(scene.ctx.database.count_runs("vienna").await.unwrap(), made + 1, "{at}");

        scene.clock.set(after);
        scene.look().await;
        assert_eq!(scene.ctx.database.count_runs("vienna").await.unwrap(), made + 1, "{after}");
    }

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jitter_makes_tasks_due_later_each_by_another_part_of_it() {
    let scene = Scene::new().await;
    for number in 0..10 {
        let plan = Plan { jitter_s: 600, ..plan("0 * * * *") };
        schedules::create(&scene.ctx, &format!("jittery-{number}"), plan).await.unwrap();
    }

    scene.clock.set("2026-03-01T13:00:00Z");
    assert_eq!(scene.look().await, 10);

    let due: BTreeSet<_> = scene.tasks().await.into_iter().map(|task| task.due).collect();
    assert_eq!(due.len(), 10, "{due:?}");
    let latest: Timestamp = "2026-03-01T13:10:00Z".parse().unwrap();
    assert!(due.iter().all(|due| *due >= scene.clock.now() && *due <= latest), "{due:?}");

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_whose_queue_is_full_fires_when_there_is_room() {
    let scene = Scene::configured(Vec::new(), |config| config.tasks.most_waiting = 1).await;
    nightly::put_in_force(&scene.ctx, "0 3 * * *");
    scene.look().await;
    tasks::enqueue(&scene.ctx, tasks::NewTask::new(NIGHTLY, json!({}))).await.unwrap();

    scene.clock.set("2026-03-02T03:00:00Z");
    let told = look(&scene.ctx).await.unwrap();

    let told: Vec<_> = told.into_iter().collect();
    assert!(told[0].contains("The queue default has 1 tasks waiting"), "{told:?}");
    assert_eq!(scene.tasks().await.len(), 1, "{told:?}");
    scene.work().await;
    // What waits is counted once a second.
    let begun = std::time::Instant::now();
    while !look(&scene.ctx).await.unwrap().is_empty() {
        assert!(begun.elapsed().as_secs() < 30, "it does not fire though there is room");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(scene.tasks().await.len(), 2);

    scene.stop().await;
}
