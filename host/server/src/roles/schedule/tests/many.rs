//! Each tick makes one task, however many schedulers there are, and wherever one of them is killed.

use futures::future::join_all;
use repono_service::ports::Run;

use super::*;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The ticks for which there are tasks: those of every minute since noon, each once.
async fn one_task_a_minute(scene: &Scene, minutes: usize) {
    let runs: Vec<Run> = scene.ctx.database.runs("often", 0, 500).await.unwrap();
    let mut ticks: Vec<_> = runs.into_iter().map(|run| run.tick.unwrap()).collect();
    ticks.sort_unstable();
    let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let expected: Vec<_> =
        (1..=i32::try_from(minutes).unwrap()).map(|minute| noon + MINUTE * minute).collect();
    assert_eq!(ticks, expected);
    let tasks = scene.tasks().await.into_iter().filter(|task| task.created >= noon).count();
    assert_eq!(tasks, minutes, "no task but theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_schedulers_one_fires_each_tick() {
    let scene = Scene::new().await;
    schedules::create(&scene.ctx, "often", plan("* * * * *")).await.unwrap();
    let minutes = 30;

    for _ in 0..minutes {
        scene.clock.pass(MINUTE);
        // None of them asks whose duty it is.
        let schedulers = (0..12).map(|_| {
            let ctx = scene.ctx.clone();
            tokio::spawn(async move { look(&ctx).await })
        });
        for looked in join_all(schedulers).await {
            assert_eq!(looked.unwrap().unwrap(), BTreeSet::new());
        }
        scene.work().await;
    }

    one_task_a_minute(&scene, minutes).await;
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_that_is_killed_between_any_two_steps_loses_and_doubles_nothing() {
    let scene = Scene::new().await;
    let plan = Plan { catch_up: CatchUp::All, ..plan("* * * * *") };
    schedules::create(&scene.ctx, "often", plan).await.unwrap();
    look(&scene.ctx).await.unwrap();
    let minutes = 40;

    for minute in 0..minutes {
        scene.clock.pass(MINUTE);
        // Each is killed a step later than the one before it.
        let mut killed = Box::pin(look(&scene.ctx));
        for _ in 0..minute {
            if futures::poll!(&mut killed).is_ready() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_micros(200)).await;
        }
        drop(killed);

        scene.look().await;
        scene.work().await;
    }
    scene.look().await;

    one_task_a_minute(&scene, minutes).await;
    scene.stop().await;
}
