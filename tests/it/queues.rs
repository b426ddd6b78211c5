//! Queues, from their operators' side.

use std::ffi::OsString;

use harness::TestApp;
use repono_domain::{Task, TaskState};
use repono_service::ports::{Change, Claimed};
use serde_json::{Value, json};

const LEASE: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

async fn read(app: &TestApp, queue: &str) -> Value {
    app.admin.get(&format!("/api/admin/queues/{queue}")).await.expect(200).json()
}

async fn score(app: &TestApp) -> String {
    let task = json!({"kind": "completeness.score", "payload": {"collection": "records"}});
    app.admin.post("/api/admin/tasks", &task).await.expect(201).id()
}

/// A task of a queue that no worker here looks at.
async fn enqueue(app: &TestApp, queue: &str) -> Task {
    let services = &app.app.services;
    let now = services.clock.now();
    let task = Task {
        id: services.ids.task(),
        queue: queue.to_owned(),
        kind: "completeness.score".to_owned(),
        payload: json!({"collection": "records"}),
        state: TaskState::Queued,
        attempts: 0,
        max_attempts: 3,
        due: now,
        created: now,
        updated: now,
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
    };
    services.database.write(vec![Change::Enqueue(task.clone())]).await.unwrap();
    task
}

async fn claim(app: &TestApp, queue: &str) -> Claimed {
    let queues = [queue.to_owned()];
    app.app.services.queue.claim(&queues, 1, LEASE).await.unwrap().pop().unwrap()
}

/// What the program ends with, as a command of this server's operator.
async fn repono(app: &TestApp, arguments: &[&str]) -> String {
    let (url, secret) = (app.app.url.clone(), app.app.local_secret.clone());
    let known = ["repono", "--url", &url, "--token", &secret];
    let all: Vec<OsString> = known.iter().chain(arguments).map(Into::into).collect();
    let ended = tokio::task::spawn_blocking(|| repono_server::main(all)).await.unwrap();
    format!("{ended:?}")
}

fn code(number: u8) -> String {
    format!("{:?}", std::process::ExitCode::from(number))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_queue_says_so_and_keeps_its_tasks_until_it_goes_on() {
    let app = TestApp::new().await;

    let paused = app
        .admin
        .post("/api/admin/queues/default/pause", &json!({"why": "the disk is full"}))
        .await
        .expect(200)
        .json();
    let id = score(&app).await;

    assert_eq!(paused["paused"]["by"], "1", "{paused}");
    assert_eq!(paused["paused"]["why"], "the disk is full");
    let queue = read(&app, "default").await;
    assert_eq!((&queue["waiting"], &queue["running"]), (&json!(1), &json!(0)), "{queue}");
    assert_eq!(queue["paused"], paused["paused"]);
    assert!(queue["oldest_wait_s"].is_u64(), "{queue}");
    let listed = app.admin.get("/api/admin/queues").await.expect(200).json();
    assert_eq!(listed["hits"]["hits"][0]["paused"], paused["paused"], "{listed}");

    let resumed = app.admin.act("/api/admin/queues/default/resume").await.expect(200).json();
    assert_eq!(resumed["paused"], Value::Null);
    let task = super::tasks::settled(&app, &id).await;
    assert_eq!((&task["state"], &task["attempts"]), (&json!("succeeded"), &json!(1)), "{task}");
    app.admin.act("/api/admin/queues/default/resume").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_cancels_what_waits_and_says_how_many_and_why() {
    let app = TestApp::new().await;
    app.admin.act("/api/admin/queues/default/pause").await.expect(200);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(score(&app).await);
    }

    let purged = app
        .admin
        .post("/api/admin/queues/default/purge", &json!({"why": "a bad import"}))
        .await
        .expect(200)
        .json();

    assert_eq!(purged, json!({"name": "default", "cancelled": 3}));
    for id in &ids {
        let task = app.admin.get(&format!("/api/admin/tasks/{id}")).await.expect(200).json();
        assert_eq!(task["state"], "cancelled", "{task}");
        assert_eq!(task["error"], "its queue was purged: a bad import");
    }
    let queue = read(&app, "default").await;
    assert_eq!((&queue["waiting"], &queue["oldest_due"]), (&json!(0), &Value::Null), "{queue}");
    assert_ne!(queue["paused"], Value::Null, "it stays as it was");
    app.admin.act("/api/admin/queues/default/resume").await.expect(200);
    app.admin.act(&format!("/api/admin/tasks/{}/retry", ids[0])).await.expect(200);
    assert_eq!(super::tasks::settled(&app, &ids[0]).await["state"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_not_there_is_refused_by_naming_those_that_are() {
    let app = TestApp::new().await;
    enqueue(&app, "by-hand").await;

    for reply in [
        app.admin.get("/api/admin/queues/elsewhere").await,
        app.admin.act("/api/admin/queues/elsewhere/pause").await,
        app.admin.act("/api/admin/queues/elsewhere/resume").await,
        app.admin.act("/api/admin/queues/elsewhere/purge").await,
    ] {
        assert_eq!(reply.status, 404);
        assert_eq!(
            reply.json()["message"],
            "There is no queue elsewhere; there are: by-hand, default, dois, indexing, mail, webhooks."
        );
    }
    let long = json!({"why": "x".repeat(501)});
    app.admin.post("/api/admin/queues/default/pause", &long).await.expect(413);
    for path in ["default/pause", "default/resume", "default/purge"] {
        app.alice.act(&format!("/api/admin/queues/{path}")).await.expect(403);
    }
    app.alice.get("/api/admin/queues").await.expect(403);
    assert_eq!(read(&app, "default").await["paused"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_waits_for_what_is_under_way_and_not_longer_than_it_was_told() {
    let app = TestApp::new().await;
    enqueue(&app, "by-hand").await;
    let held = claim(&app, "by-hand").await;
    enqueue(&app, "by-hand").await;

    let drain = ["queue", "drain", "by-hand", "--within", "1", "--why", "the node goes away"];
    assert_eq!(repono(&app, &drain).await, code(1), "a worker has one");

    let queue = read(&app, "by-hand").await;
    assert_eq!(queue["paused"]["why"], "the node goes away", "it stays paused");
    assert_eq!((&queue["waiting"], &queue["running"]), (&json!(1), &json!(1)), "{queue}");
    let ended = async {
        let services = &app.app.services;
        services.queue.succeed(&held, &json!("done")).await.unwrap();
    };
    let drain = ["queue", "drain", "by-hand", "--within", "60"];
    let (drained, ()) = tokio::join!(repono(&app, &drain), ended);
    assert_eq!(drained, code(0));
    assert_eq!(read(&app, "by-hand").await["running"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_commands_do_is_what_the_api_says() {
    let app = TestApp::new().await;
    enqueue(&app, "by-hand").await;

    assert_eq!(repono(&app, &["queue", "list"]).await, code(0));
    assert_eq!(repono(&app, &["queue", "list", "--json"]).await, code(0));
    assert_eq!(repono(&app, &["queue", "pause", "by-hand", "--why", "lunch"]).await, code(0));
    assert_eq!(read(&app, "by-hand").await["paused"]["why"], "lunch");
    assert_eq!(repono(&app, &["queue", "purge", "by-hand"]).await, code(0));
    assert_eq!(read(&app, "by-hand").await["waiting"], 0);
    assert_eq!(repono(&app, &["queue", "resume", "by-hand"]).await, code(0));
    assert_eq!(read(&app, "by-hand").await["paused"], Value::Null);
    assert_eq!(repono(&app, &["queue", "pause", "nowhere"]).await, code(4), "not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_says_who_works_on_it_and_that_nobody_does() {
    let app = TestApp::with(|app| {
        let of = app.config.tasks.queue.entry("indexing".to_owned()).or_default();
        of.workers = std::num::NonZeroUsize::new(3);
    })
    .await;
    enqueue(&app, "nobodys").await;

    let worked_on_by = async |queue: &str| read(&app, queue).await["worked_on_by"].clone();
    assert_eq!(
        worked_on_by("default").await,
        json!({"nodes": 1, "here": true, "own_workers_here": null})
    );
    assert_eq!(
        worked_on_by("indexing").await,
        json!({"nodes": 1, "here": true, "own_workers_here": 3})
    );
    assert_eq!(
        worked_on_by("nobodys").await,
        json!({"nodes": 0, "here": false, "own_workers_here": null})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_of_one_queue_do_nothing_else() {
    let app = TestApp::with(|app| {
        let tasks = &mut app.config.tasks;
        tasks.workers = 0;
        tasks.queue.entry("indexing".to_owned()).or_default().workers =
            std::num::NonZeroUsize::new(2);
    })
    .await;
    let waits = score(&app).await;

    let tasks = [enqueue(&app, "indexing").await, enqueue(&app, "indexing").await];

    for task in tasks {
        assert_eq!(super::tasks::settled(&app, &task.id.0).await["state"], "succeeded");
    }
    let task = app.admin.get(&format!("/api/admin/tasks/{waits}")).await.expect(200).json();
    assert_eq!(task["state"], "queued", "{task}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_one_more_and_says_when_to_try_again() {
    let app = TestApp::with(|app| {
        let of = app.config.tasks.queue.entry("default".to_owned()).or_default();
        of.most_waiting = Some(3);
    })
    .await;
    app.admin.act("/api/admin/queues/default/pause").await.expect(200);
    for _ in 0..3 {
        score(&app).await;
    }

    let kind = json!({"kind": "completeness.score", "payload": {"collection": "records"}});
    let refused = app.admin.post("/api/admin/tasks", &kind).await.expect(503);

    assert_eq!(
        refused.json()["message"],
        "The queue default has 3 tasks waiting and takes 3 at most; try again in 10 seconds."
    );
    assert_eq!(refused.headers["retry-after"], "10");
    assert_eq!(read(&app, "default").await["waiting"], 3, "it was not stored");
    enqueue(&app, "default").await;
    assert_eq!(read(&app, "default").await["waiting"], 4, "what comes with a change is taken");
    app.admin.act("/api/admin/queues/default/purge").await.expect(200);
    score(&app).await;
}
