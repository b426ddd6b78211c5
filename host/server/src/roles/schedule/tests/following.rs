//! Schedules follow the plugins in force and the configuration.

use std::collections::BTreeMap;

use repono_domain::Origin;
use repono_service::health;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_manifests_schedule_comes_and_goes_with_its_plugin_and_stays_paused() {
    let scene = Scene::bare().await;
    scene.look().await;
    assert!(schedules::list(&scene.ctx).await.unwrap().is_empty());

    nightly::put_in_force(&scene.ctx, "0 3 * * *");
    scene.look().await;
    let found = schedules::read(&scene.ctx, NIGHTLY).await.unwrap();
    assert_eq!(found.schedule.origin, Origin::Manifest);
    assert_eq!(found.next.unwrap().to_string(), "2026-03-02T03:00:00+00:00[UTC]");
    schedules::pause(&scene.ctx, NIGHTLY).await.unwrap();

    nightly::take_out_of_force(&scene.ctx);
    scene.look().await;
    assert!(schedules::list(&scene.ctx).await.unwrap().is_empty());
    assert!(schedules::resume(&scene.ctx, NIGHTLY).await.is_err(), "it is not there");

    scene.clock.set("2026-03-05T12:00:00Z");
    nightly::put_in_force(&scene.ctx, "0 4 * * *");
    assert_eq!(scene.look().await, 0);
    let found = schedules::read(&scene.ctx, NIGHTLY).await.unwrap();
    assert!(found.schedule.paused.is_some(), "as the operator left it");
    assert_eq!(found.schedule.plan.timing.as_deref(), Some("0 4 * * *"));
    schedules::resume(&scene.ctx, NIGHTLY).await.unwrap();
    assert_eq!(scene.look().await, 0);
    scene.clock.set("2026-03-06T04:00:00Z");
    assert_eq!(scene.look().await, 1);

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_was_fired_before_there_were_schedules_is_not_fired_again() {
    let scene = Scene::new().await;
    scene.clock.set("2026-03-02T03:00:05Z");
    tasks::enqueue(&scene.ctx, tasks::NewTask::new(NIGHTLY, json!({}))).await.unwrap();
    scene.work().await;

    assert_eq!(scene.look().await, 1);

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_is_wrong_is_told_and_harms_no_other() {
    let scene = Scene::bare().await;
    nightly::put_in_force(&scene.ctx, "at night");
    schedules::create(&scene.ctx, "right", plan("0 13 * * *")).await.unwrap();

    scene.clock.set("2026-03-01T13:00:00Z");
    let told = look(&scene.ctx).await.unwrap();

    assert_eq!(scene.tasks().await.len(), 1);
    assert_eq!(told.len(), 1);
    assert!(told.first().unwrap().contains("the schedule nightly.tidy cannot fire"), "{told:?}");
    let found = schedules::read(&scene.ctx, NIGHTLY).await.unwrap();
    assert_eq!((found.problems[0].at.as_str(), found.next), ("/cron", None));
    health::look(&scene.ctx).await.unwrap();
    let broken = scene.ctx.health.load().broken_schedules.clone();
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0].0, NIGHTLY);
    schedules::pause(&scene.ctx, NIGHTLY).await.unwrap();
    assert_eq!(scene.look().await, 1, "who is paused need not be told of");

    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_configuration_is_followed() {
    let scene = Scene::new().await;
    let follow = async |wanted: &[(&str, Plan)]| {
        let wanted: BTreeMap<_, _> =
            wanted.iter().map(|(name, plan)| ((*name).to_owned(), plan.clone())).collect();
        schedules::follow_configuration(&scene.ctx, &wanted).await.unwrap()
    };
    let names = async || {
        let all = schedules::list(&scene.ctx).await.unwrap();
        all.into_iter().map(|state| state.schedule.name).collect::<Vec<_>>()
    };
    schedules::create(&scene.ctx, "mine", plan("every 1h")).await.unwrap();

    assert!(follow(&[("one", plan("0 13 * * *")), ("two", plan("nonsense"))]).await.is_empty());
    assert_eq!(names().await, ["mine", "one", "two"]);
    let wrong = schedules::read(&scene.ctx, "two").await.unwrap();
    assert_eq!(wrong.problems[0].at, "/cron");
    schedules::pause(&scene.ctx, "one").await.unwrap();

    assert!(follow(&[("one", plan("0 14 * * *"))]).await.is_empty());
    assert_eq!(names().await, ["mine", "one"]);
    let one = schedules::read(&scene.ctx, "one").await.unwrap().schedule;
    assert_eq!(one.plan.timing.as_deref(), Some("0 14 * * *"));
    assert!(one.paused.is_some());
    let before = one.revision;
    follow(&[("one", plan("0 14 * * *"))]).await;
    assert_eq!(schedules::read(&scene.ctx, "one").await.unwrap().schedule.revision, before);

    let told = follow(&[("mine", plan("every 2h")), ("a name", plan("every 1h"))]).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(names().await, ["mine"]);
    let mine = schedules::read(&scene.ctx, "mine").await.unwrap().schedule;
    assert_eq!(mine.plan, plan("every 1h"), "what a person made stays as it is");

    scene.stop().await;
}
