//! What the repository does by itself.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use harness::{Later, TestApp, documents};
use http::Method;
use jiff::SignedDuration;
use repono_domain::{Letter, LetterState, Scope, Task, TaskId, TaskState, Token, UserId};
use repono_service::ports::{Backoff, Change, Outcome, TaskFilter, TaskHost, TaskKind};
use repono_service::tasks::OwnTask;
use repono_service::{Context, Error, Result};
use serde_json::{Value, json};

use super::{run, settled};

/// Does as its payload says.
struct Puppet(TaskKind);

impl Puppet {
    fn of(timeout: Duration) -> Self {
        Self(Self::kind_of(timeout))
    }

    fn kind_of(timeout: Duration) -> TaskKind {
        TaskKind {
            name: "puppet".to_owned(),
            summary: String::new(),
            payload_schema: json!({"type": "object"}),
            queue: String::new(),
            max_attempts: 1,
            soft_timeout: timeout,
            timeout,
            backoff: Backoff::default(),
            idempotent: true,
            schedule: None,
        }
    }
}

#[async_trait]
impl OwnTask for Puppet {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    async fn execute(
        &self,
        ctx: &Context,
        payload: &Value,
        host: &dyn TaskHost,
    ) -> Result<Outcome> {
        match payload["do"].as_str().unwrap() {
            "panic" => panic!("it was told to"),
            "fail" => Err(Error::unavailable("network", "it is down")),
            "refuse" => Err(Error::Invalid("it cannot be done".to_owned())),
            "hang" => std::future::pending().await,
            "dawdle" => {
                host.checkpoint(json!("it has begun")).await;
                let ours = TaskFilter { limit: 1, ..TaskFilter::default() };
                while !ctx.database.tasks(&ours).await?[0].cancel_requested {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok(Outcome::Cancelled)
            }
            "heed" => {
                host.checkpoint(json!("it has begun")).await;
                while !host.is_cancelled().await {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok(Outcome::Cancelled)
            }
            other => panic!("{other} is not a thing to do"),
        }
    }
}

async fn with_puppet(timeout: Duration) -> TestApp {
    TestApp::with(|app| app.own_tasks = vec![Arc::new(Puppet::of(timeout))]).await
}

const LONG: Duration = Duration::from_hours(1);

async fn until_it_runs(app: &TestApp, id: &str) -> Value {
    for _ in 0..600 {
        let task = app.admin.get(&format!("/api/admin/tasks/{id}")).await.expect(200).json();
        if !task["checkpoint"].is_null() {
            return task;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the task {id} does not begin");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_nobody_here_does_waits_for_a_day_and_is_then_given_up() {
    let app = TestApp::with(|app| {
        app.own_tasks = vec![Arc::new(Puppet::of(LONG))];
        app.config.tasks.workers = 0;
    })
    .await;
    let id = run(&app, "repono.puppet", json!({"do": "fail"})).await;
    let folder = app.stop().await;

    let app = TestApp::on(folder, |_| {}).await;
    let mut task = Value::Null;
    for _ in 0..600 {
        task = app.admin.get(&format!("/api/admin/tasks/{id}")).await.expect(200).json();
        if task["due"] != task["created"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_ne!(task["due"], task["created"], "it is looked at again later: {task}");
    assert_eq!((&task["state"], &task["attempts"]), (&json!("queued"), &json!(0)), "{task}");
    let folder = app.stop().await;

    let app = TestApp::on(folder, |app| {
        app.clock = Arc::new(Later::than(&app.clock, SignedDuration::from_hours(25)));
    })
    .await;
    let task = settled(&app, &id).await;
    assert_eq!(task["state"], "dead", "{task}");
    let why = task["error"].as_str().unwrap();
    assert!(why.contains("repono.puppet") && why.contains("repono.tidy"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn own_kinds_are_listed_beside_those_of_plugins() {
    let app = TestApp::new().await;

    let kinds = app.admin.get("/api/admin/task-kinds").await.expect(200).json();

    let kinds = kinds["hits"]["hits"].as_array().unwrap();
    let named = |name: &str| kinds.iter().find(|kind| kind["kind"] == name).unwrap();
    assert_eq!(named("repono.tidy")["plugin"], Value::Null);
    assert_eq!(named("repono.tidy")["schedule"], "40 3 * * *");
    assert_eq!(named("repono.tidy")["queue"], "default");
    assert_eq!(named("completeness.score")["plugin"], "completeness");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_of_an_own_kind_is_refused_with_its_fields() {
    let app = TestApp::new().await;

    for (kind, payload, field) in [
        ("repono.tidy", json!({"keep_days": "all"}), "payload.keep_days"),
        ("repono.tidy", json!({"keep_days": -1}), "payload.keep_days"),
        ("repono.reconcile", json!({"collection": "No Name"}), "payload.collection"),
        ("repono.reconcile", json!({}), "payload.collection"),
    ] {
        let task = json!({"kind": kind, "payload": payload});
        let refused = app.admin.post("/api/admin/tasks", &task).await.expect(400).json();
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_task_that_panics_fails_and_harms_no_worker() {
    let app = with_puppet(LONG).await;

    for _ in 0..8 {
        let id = run(&app, "repono.puppet", json!({"do": "panic"})).await;
        let task = settled(&app, &id).await;

        assert_eq!(task["state"], "dead", "{task}");
        assert_eq!(task["error"], "it panicked; the log says where");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_task_that_cannot_be_done_is_not_tried_again() {
    let app = with_puppet(LONG).await;

    let id = run(&app, "repono.puppet", json!({"do": "refuse"})).await;
    let task = settled(&app, &id).await;

    assert_eq!((&task["state"], &task["error"]), (&json!("dead"), &json!("it cannot be done")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_task_that_hangs_is_dropped_at_its_limit() {
    let app = with_puppet(Duration::from_millis(100)).await;

    let id = run(&app, "repono.puppet", json!({"do": "hang"})).await;
    let task = settled(&app, &id).await;

    assert_eq!((&task["state"], &task["error"]), (&json!("dead"), &json!("it ran past 100ms")));
}

async fn with_kind(kind: TaskKind) -> TestApp {
    TestApp::with(|app| app.own_tasks = vec![Arc::new(Puppet(kind))]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_stops_at_its_soft_limit_keeps_its_checkpoint_and_has_failed() {
    let soft_timeout = Duration::from_millis(100);
    let app = with_kind(TaskKind { soft_timeout, ..Puppet::kind_of(LONG) }).await;

    let id = run(&app, "repono.puppet", json!({"do": "heed"})).await;
    let task = settled(&app, &id).await;

    assert_eq!(task["state"], "dead", "{task}");
    assert_eq!(task["error"], "it stopped at its soft limit of 100ms");
    assert_eq!(task["checkpoint"], "it has begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_was_called_off_is_not_taken_for_one_that_ran_late() {
    let soft_timeout = Duration::from_millis(1);
    let app = with_kind(TaskKind { soft_timeout, ..Puppet::kind_of(LONG) }).await;
    let id = run(&app, "repono.puppet", json!({"do": "dawdle"})).await;
    until_it_runs(&app, &id).await;

    app.admin.act(&format!("/api/admin/tasks/{id}/cancel")).await.expect(200);

    assert_eq!(settled(&app, &id).await["state"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_hangs_past_its_limit_is_tried_again() {
    let timeout = Duration::from_millis(100);
    let backoff = Backoff { base: Duration::ZERO, ..Backoff::default() };
    let app = with_kind(TaskKind { max_attempts: 3, backoff, ..Puppet::kind_of(timeout) }).await;

    let id = run(&app, "repono.puppet", json!({"do": "hang"})).await;
    let task = settled(&app, &id).await;

    assert_eq!((&task["state"], &task["attempts"]), (&json!("dead"), &json!(3)), "{task}");
    assert_eq!(task["error"], "it ran past 100ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_failed_waits_as_its_kind_says() {
    let hour = Duration::from_hours(1);
    let backoff = Backoff { base: hour, most: hour };
    let app = with_kind(TaskKind { max_attempts: 2, backoff, ..Puppet::kind_of(LONG) }).await;
    let ctx = app.app.services.as_system();

    let id = TaskId(run(&app, "repono.puppet", json!({"do": "fail"})).await);
    let failed = loop {
        let task = ctx.database.task(&id).await.unwrap().unwrap();
        assert_ne!(task.state, TaskState::Dead, "it has another attempt");
        if task.error.is_some() {
            break task;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };

    assert_eq!((failed.state, failed.attempts), (TaskState::Queued, 1));
    let pause = failed.updated.duration_until(failed.due);
    assert!(pause > SignedDuration::ZERO && pause <= SignedDuration::from_hours(1), "{pause}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_task_stops_when_it_is_asked_to() {
    let app = with_puppet(LONG).await;
    let id = run(&app, "repono.puppet", json!({"do": "heed"})).await;
    until_it_runs(&app, &id).await;

    let asked = app.admin.act(&format!("/api/admin/tasks/{id}/cancel")).await.expect(200).json();

    assert_eq!(asked["state"], "running");
    assert_eq!(settled(&app, &id).await["state"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_task_is_handed_back_with_its_checkpoint_when_the_server_stops() {
    let app = with_puppet(LONG).await;
    let id = run(&app, "repono.puppet", json!({"do": "heed"})).await;
    until_it_runs(&app, &id).await;

    let folder = app.stop().await;

    let app = TestApp::on(folder, |app| {
        app.config.tasks.workers = 0;
        app.own_tasks = vec![Arc::new(Puppet::of(LONG))];
    })
    .await;
    let task = app.admin.get(&format!("/api/admin/tasks/{id}")).await.expect(200).json();
    assert_eq!((&task["state"], &task["attempts"]), (&json!("queued"), &json!(0)));
    assert_eq!(task["checkpoint"], "it has begun");
}

/// A task that has been so for so many days.
fn old(ctx: &Context, kind: &str, state: TaskState, days: i64) -> Task {
    let at = ctx.clock.now() - SignedDuration::from_hours(24 * days);
    Task {
        id: ctx.ids.task(),
        queue: "elsewhere".to_owned(),
        kind: kind.to_owned(),
        payload: json!({}),
        state,
        attempts: 0,
        max_attempts: 1,
        due: at,
        created: at,
        updated: at,
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

async fn store(ctx: &Context, tasks: &[&Task]) {
    let changes = tasks.iter().map(|&task| Change::Enqueue(task.clone())).collect();
    ctx.database.write(changes).await.unwrap();
}

async fn are_there(ctx: &Context, tasks: &[&Task]) -> Vec<bool> {
    let mut there = Vec::new();
    for task in tasks {
        there.push(ctx.database.task(&task.id).await.unwrap().is_some());
    }
    there
}

#[tokio::test(flavor = "multi_thread")]
async fn tidying_removes_what_is_over_and_old_and_nothing_else() {
    let app = TestApp::with(|app| {
        app.config.tasks.scheduled = false;
        let yearly = TaskKind { name: "yearly".to_owned(), ..Puppet::kind_of(LONG) };
        let yearly = TaskKind { schedule: Some("0 0 1 1 *".to_owned()), ..yearly };
        app.own_tasks.push(Arc::new(Puppet(yearly)));
    })
    .await;
    let ctx = app.app.services.as_system();
    let many: Vec<Task> =
        (0..450).map(|_| old(&ctx, "gone.work", TaskState::Succeeded, 31)).collect();
    store(&ctx, &many.iter().collect::<Vec<_>>()).await;
    let goes = [
        &old(&ctx, "gone.work", TaskState::Cancelled, 31),
        &old(&ctx, "gone.work", TaskState::Dead, 366),
        &old(&ctx, "repono.yearly", TaskState::Succeeded, 400),
    ];
    let stays = [
        &old(&ctx, "gone.work", TaskState::Succeeded, 29),
        &old(&ctx, "gone.work", TaskState::Dead, 364),
        &old(&ctx, "gone.work", TaskState::Queued, 400),
        // The last of a kind with a schedule.
        &old(&ctx, "repono.yearly", TaskState::Succeeded, 35),
    ];
    store(&ctx, &goes).await;
    store(&ctx, &stays).await;

    let id = run(&app, "repono.tidy", json!({})).await;
    let task = settled(&app, &id).await;

    assert_eq!(task["state"], "succeeded", "{task}");
    assert_eq!(task["result"], json!({"tasks": 453, "tokens": 0, "letters": 0, "deliveries": 0}));
    assert_eq!(task["progress"]["note"], "453 tasks removed");
    assert_eq!(are_there(&ctx, &many.iter().collect::<Vec<_>>()).await, [false; 450]);
    assert_eq!(are_there(&ctx, &goes).await, [false; 3]);
    assert_eq!(are_there(&ctx, &stays).await, [true; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tidying_keeps_for_ever_what_has_no_limit() {
    let app = TestApp::with(|app| {
        app.config.tasks.keep_days = 0;
        app.config.tasks.keep_dead_days = 1;
    })
    .await;
    let ctx = app.app.services.as_system();
    let stays = &old(&ctx, "gone.work", TaskState::Succeeded, 10_000);
    let goes = &old(&ctx, "gone.work", TaskState::Dead, 2);
    store(&ctx, &[stays, goes]).await;

    let id = run(&app, "repono.tidy", json!({})).await;
    assert_eq!(settled(&app, &id).await["result"]["tasks"], 1);
    assert_eq!(are_there(&ctx, &[stays, goes]).await, [true, false]);

    let id = run(&app, "repono.tidy", json!({"keep_days": 9999})).await;
    assert_eq!(settled(&app, &id).await["result"]["tasks"], 1);
    assert_eq!(are_there(&ctx, &[stays]).await, [false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tidying_goes_on_from_its_checkpoint() {
    let app = TestApp::new().await;
    let ctx = app.app.services.as_system();
    let passed = &old(&ctx, "gone.work", TaskState::Succeeded, 31);
    let to_come = &old(&ctx, "gone.work", TaskState::Cancelled, 31);
    let begun = &Task {
        queue: "default".to_owned(),
        checkpoint: Some(json!({"states": 1, "after": null, "removed": 7})),
        ..old(&ctx, "repono.tidy", TaskState::Queued, 0)
    };

    store(&ctx, &[passed, to_come, begun]).await;
    ctx.queue.announce(std::slice::from_ref(begun));

    assert_eq!(settled(&app, &begun.id.0).await["result"]["tasks"], 8);
    assert_eq!(are_there(&ctx, &[passed, to_come]).await, [true, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tidying_removes_letters_with_the_tasks_that_sent_them() {
    let app = TestApp::new().await;
    let ctx = app.app.services.as_system();
    for (id, state, days) in [
        ("sent-old", LetterState::Sent, 31),
        ("sent-new", LetterState::Sent, 29),
        ("collected-old", LetterState::Collected, 31),
        ("due-old", LetterState::Due, 31),
        ("due-older", LetterState::Due, 366),
        ("digest-older", LetterState::Digest, 366),
    ] {
        let at = ctx.clock.now() - SignedDuration::from_hours(24 * days);
        let letter = Letter {
            id: id.to_owned(),
            person: UserId(2),
            template: "record-published".to_owned(),
            facts: json!({}),
            state,
            created: at,
            changed: at,
        };
        ctx.database.write(vec![Change::InsertLetter(letter)]).await.unwrap();
    }

    let id = run(&app, "repono.tidy", json!({})).await;

    assert_eq!(settled(&app, &id).await["result"]["letters"], 3);
    for (id, stays) in
        [("sent-new", true), ("due-old", true), ("digest-older", true), ("due-older", false)]
    {
        assert_eq!(ctx.database.letter(id).await.unwrap().is_some(), stays, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tidying_removes_tokens_that_expired_more_than_a_month_ago() {
    let app = TestApp::new().await;
    let ctx = app.app.services.as_system();
    let before = ctx.database.tokens(Some(UserId(2))).await.unwrap();
    for (days, secret) in [(29, 1), (31, 2)] {
        let expires = ctx.clock.now() - SignedDuration::from_hours(24 * days);
        let token = Token {
            id: 0,
            user: UserId(2),
            name: days.to_string(),
            scopes: vec![Scope::Read],
            created: expires,
            expires: Some(expires),
        };
        ctx.database.write(vec![Change::InsertToken { token, hash: [secret; 32] }]).await.unwrap();
    }

    let id = run(&app, "repono.tidy", json!({})).await;

    assert_eq!(settled(&app, &id).await["result"]["tokens"], 1);
    let left = ctx.database.tokens(Some(UserId(2))).await.unwrap();
    assert_eq!(left.len(), before.len() + 1);
    assert_eq!(left.last().unwrap().name, "29");
}

#[tokio::test(flavor = "multi_thread")]
async fn reconciling_mends_an_index_without_someone_who_waits() {
    let app = TestApp::new().await;
    let lines = documents("records", 40).join("\n");
    app.alice
        .send(Method::POST, "/api/records/import?publish=true", "application/x-ndjson", lines)
        .await
        .expect(200);

    let id = run(&app, "repono.reconcile", json!({"collection": "records"})).await;
    let task = settled(&app, &id).await;

    assert_eq!(task["state"], "succeeded", "{task}");
    assert_eq!(task["result"]["compared"], 40);
    assert_eq!(task["result"]["refused"], 0);
    let unknown = run(&app, "repono.reconcile", json!({"collection": "nothing"})).await;
    let task = settled(&app, &unknown).await;
    assert_eq!(task["state"], "dead");
    assert!(task["error"].as_str().unwrap().contains("records"), "{task}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuilding_puts_a_new_index_in_use_without_someone_who_waits() {
    let app = TestApp::new().await;
    let lines = documents("records", 40).join("\n");
    app.alice
        .send(Method::POST, "/api/records/import?publish=true", "application/x-ndjson", lines)
        .await
        .expect(200);
    let before = crate::indexing::status(&app.admin, "records").await["index"].clone();

    let payload = json!({"collection": "records", "rate": 1000, "restart": true});
    let id = run(&app, "repono.rebuild", payload).await;
    let task = settled(&app, &id).await;

    assert_eq!(task["state"], "succeeded", "{task}");
    assert_eq!((&task["result"]["documents"], &task["result"]["refused"]), (&json!(40), &json!(0)));
    assert_eq!(task["queue"], "indexing");
    let after = crate::indexing::status(&app.admin, "records").await["index"].clone();
    assert_ne!(after, before);
    for (payload, field) in [
        (json!({"collection": "records", "rate": 0}), "payload.rate"),
        (json!({}), "payload.collection"),
    ] {
        let task = json!({"kind": "repono.rebuild", "payload": payload});
        let refused = app.admin.post("/api/admin/tasks", &task).await.expect(400).json();
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_is_called_off_leaves_the_index_in_use() {
    let app = TestApp::with(|app| app.config.indexing.batch_records = 5).await;
    let lines = documents("records", 60).join("\n");
    app.alice
        .send(Method::POST, "/api/records/import?publish=true", "application/x-ndjson", lines)
        .await
        .expect(200);
    let before = crate::indexing::status(&app.admin, "records").await["index"].clone();
    let id = run(&app, "repono.rebuild", json!({"collection": "records", "rate": 1})).await;
    let progress = async || {
        let task = app.admin.get(&format!("/api/admin/tasks/{id}")).await.expect(200).json();
        task["progress"].clone()
    };
    while progress().await.is_null() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    app.admin.act(&format!("/api/admin/tasks/{id}/cancel")).await.expect(200);

    assert_eq!(settled(&app, &id).await["state"], "cancelled");
    assert_eq!(crate::indexing::status(&app.admin, "records").await["index"], before);
}
