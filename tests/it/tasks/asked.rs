//! Asking for work: later, once, and not too much of it.

use futures::future::join_all;
use harness::{Client, Reply, TestApp};
use http::Method;
use repono_domain::TaskState;
use repono_service::ports::TaskFilter;
use repono_service::tasks::{self, NewTask, Only};
use serde_json::{Value, json};

/// Nobody works here, so that what waits goes on waiting.
async fn idle() -> TestApp {
    TestApp::with(|app| app.config.tasks.workers = 0).await
}

async fn ask(client: &Client, task: &Value) -> Reply {
    client.post("/api/admin/tasks", task).await
}

async fn count(app: &TestApp) -> usize {
    let ctx = app.app.services.as_system();
    tasks::list(&ctx, &TaskFilter { limit: 500, ..TaskFilter::default() }).await.unwrap().len()
}

fn score() -> Value {
    json!({"kind": "completeness.score", "payload": {"collection": "records"}})
}

fn with(mut task: Value, name: &str, value: Value) -> Value {
    task[name] = value;
    task
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_begins_when_it_is_said_to() {
    let app = idle().await;

    let later = with(score(), "not_before", json!("2031-05-01T12:00:00Z"));
    let later = ask(&app.admin, &later).await.expect(201).json();
    assert!(later["due"].as_str().unwrap().starts_with("2031-05-01T12:00:00"), "{later}");
    let past = with(score(), "not_before", json!("1999-05-01T12:00:00Z"));
    let past = ask(&app.admin, &past).await.expect(201).json();
    assert_eq!(past["due"], past["created"], "the past is now");
    let soon = ask(&app.admin, &with(score(), "countdown_s", json!(0))).await.expect(201).json();
    assert_eq!(soon["due"], soon["created"]);
    let counted = with(score(), "countdown_s", json!(86_400));
    let counted = ask(&app.admin, &counted).await.expect(201).json();
    assert!(counted["due"].as_str().unwrap() > counted["created"].as_str().unwrap(), "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_makes_no_sense_is_refused_with_its_field() {
    let app = idle().await;
    let refused = async |task: Value| ask(&app.admin, &task).await.expect(400).json();

    for (name, value) in [
        ("not_before", json!("2999-01-01T00:00:00Z")),
        ("not_before", json!("9999-12-31T23:59:59Z")),
        ("not_before", json!("tomorrow")),
        ("countdown_s", json!(4_000_000_000_u64)),
        ("countdown_s", json!(u64::MAX)),
    ] {
        let told = refused(with(score(), name, value)).await;
        assert_eq!(told["errors"][0]["field"], name, "{told}");
        assert!(told["errors"][0]["messages"][0].as_str().unwrap().ends_with('.'), "{told}");
    }
    let both = with(score(), "not_before", json!("2031-05-01T12:00:00Z"));
    let told = refused(with(both, "countdown_s", json!(1))).await;
    assert_eq!(told["errors"][0]["field"], "countdown_s");
    assert_eq!(count(&app).await, 0);
}

async fn ask_with_key(app: &TestApp, key: &str, task: &Value) -> Reply {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    app.admin.send_with(Method::POST, "/api/admin/tasks", &headers, task.to_string()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_repeated_with_its_key_makes_one_task() {
    let app = idle().await;
    let task = score();

    let replies = join_all((0..20).map(|_| ask_with_key(&app, "scores 2026-11", &task))).await;

    let ids: Vec<String> = replies.into_iter().map(|reply| reply.expect(201).id()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(count(&app).await, 1);
    // Whatever has become of it.
    app.admin.act(&format!("/api/admin/tasks/{}/cancel", ids[0])).await.expect(200);
    let again = ask_with_key(&app, "scores 2026-11", &score()).await.expect(201).json();
    assert_eq!((&again["id"], &again["state"]), (&json!(ids[0]), &json!("cancelled")));
    assert_eq!(again["idempotency_key"], "scores 2026-11");
    let other = ask_with_key(&app, "scores 2026-12", &score()).await.expect(201);
    assert_ne!(other.id(), ids[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_not_given_to_two_different_tasks() {
    let app = idle().await;
    let first = ask_with_key(&app, "key", &score()).await.expect(201).id();

    for other in [
        with(score(), "payload", json!({"collection": "software"})),
        json!({"kind": "repono.tidy", "payload": {}}),
    ] {
        let refused = ask_with_key(&app, "key", &other).await.expect(409).json();
        let told = refused["message"].as_str().unwrap();
        assert!(told.contains(&first) && told.ends_with("use a new key."), "{told}");
    }
    for no_key in ["", &"long".repeat(100)] {
        let refused = ask_with_key(&app, no_key, &score()).await.expect(400).json();
        assert_eq!(refused["errors"][0]["field"], "idempotency_key", "{refused}");
    }
    let both = ask_with_key(&app, "another", &with(score(), "unique", json!(true))).await;
    assert_eq!(both.expect(400).json()["errors"][0]["field"], "idempotency_key");
    assert_eq!(count(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_already_is_not_asked_for_twice() {
    let app = idle().await;
    let unique = with(score(), "unique", json!(true));

    let replies = join_all((0..20).map(|_| ask(&app.admin, &unique))).await;

    let new = replies.iter().filter(|reply| reply.status == 201).count();
    let there = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!((new, there), (1, 19));
    let ids: Vec<String> = replies.iter().map(Reply::id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let other = with(unique.clone(), "payload", json!({"collection": "software"}));
    ask(&app.admin, &other).await.expect(201);
    assert_ne!(ask(&app.admin, &score()).await.expect(201).id(), ids[0], "it did not say unique");
    // Called off, it waits no more.
    app.admin.act(&format!("/api/admin/tasks/{}/cancel", ids[0])).await.expect(200);
    assert_ne!(ask(&app.admin, &unique).await.expect(201).id(), ids[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn unique_tasks_are_made_one_after_another_however_fast_they_are_taken() {
    let app = idle().await;
    let ctx = app.app.services.as_system();
    let lease = jiff::SignedDuration::from_mins(1);
    let queues = ["default".to_owned()];
    let asked = || NewTask { only: Only::Waiting, ..NewTask::new("repono.tidy", json!({})) };

    let asking = join_all((0..40).map(|_| tasks::enqueue(&ctx, asked())));
    let taking = join_all((0..40).map(|_| ctx.queue.claim(&queues, 1, lease)));
    let (asked, taken) = futures::join!(asking, taking);

    let new = asked.into_iter().filter(|asked| asked.as_ref().unwrap().is_new).count();
    let taken: usize = taken.into_iter().map(|taken| taken.unwrap().len()).sum();
    let waiting = TaskFilter { state: Some(TaskState::Queued), ..TaskFilter::default() };
    let waiting = tasks::list(&ctx, &waiting).await.unwrap().len();
    assert!(waiting <= 1, "{waiting} wait");
    assert_eq!(new, taken + waiting);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_of_ten_megabytes_is_refused() {
    let app = idle().await;

    let large =
        json!({"kind": "completeness.score", "payload": {"collection": "x".repeat(10 << 20)}});
    let refused = ask(&app.admin, &large).await;

    assert_eq!(refused.status, 413, "{}", refused.text());
    let long =
        json!({"kind": "completeness.score", "payload": {"collection": "x".repeat(300 << 10)}});
    let refused = ask(&app.admin, &long).await.expect(413).json();
    assert_eq!(refused["message"], "The payload is longer than 262144 bytes.");
}
