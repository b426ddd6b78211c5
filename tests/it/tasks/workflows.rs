//! Tasks that begin when others are over.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use harness::{Reply, TestApp, test_guest};
use http::Method;
use repono_service::ports::{Backoff, Outcome, TaskHost, TaskKind};
use repono_service::tasks::OwnTask;
use repono_service::{Context, Error, Result};
use serde_json::{Value, json};

use super::settled;

/// Adds its number to what those before it came to; those that failed count as nothing.
struct Sum(TaskKind);

impl Sum {
    fn new() -> Self {
        let minute = Duration::from_mins(1);
        Self(TaskKind {
            name: "sum".to_owned(),
            summary: String::new(),
            payload_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {"add": {"type": "integer"}, "length": {"type": "integer"}},
            }),
            queue: String::new(),
            max_attempts: 1,
            soft_timeout: minute,
            timeout: minute,
            backoff: Backoff::default(),
            idempotent: true,
            schedule: None,
        })
    }
}

#[async_trait]
impl OwnTask for Sum {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    async fn execute(&self, _: &Context, payload: &Value, host: &dyn TaskHost) -> Result<Outcome> {
        if let Some(length) = payload["length"].as_u64() {
            return Ok(Outcome::Done(json!("x".repeat(length.try_into().unwrap()))));
        }
        let Some(add) = payload["add"].as_i64() else {
            return Err(Error::Invalid("there is nothing to add".to_owned()));
        };
        let before = host.after().values().map(|told| told["result"].as_i64().unwrap_or_default());
        Ok(Outcome::Done(json!(add + before.sum::<i64>())))
    }
}

async fn with_sums() -> TestApp {
    TestApp::with(|app| app.own_tasks = vec![Arc::new(Sum::new())]).await
}

/// Nobody works here, so that what waits goes on waiting.
async fn idle() -> TestApp {
    TestApp::with(|app| {
        app.own_tasks = vec![Arc::new(Sum::new())];
        app.config.tasks.workers = 0;
    })
    .await
}

fn sum(name: &str, add: i64, after: &[&str]) -> Value {
    json!({"name": name, "kind": "repono.sum", "payload": {"add": add}, "after": after})
}

fn failing(name: &str, after: &[&str]) -> Value {
    json!({"name": name, "kind": "repono.sum", "after": after})
}

async fn start(app: &TestApp, tasks: Vec<Value>) -> Reply {
    app.admin.post("/api/admin/workflows", &json!({"tasks": tasks})).await
}

fn id_of<'w>(workflow: &'w Value, name: &str) -> &'w str {
    let tasks = workflow["tasks"].as_array().unwrap();
    let named = tasks.iter().find(|task| task["workflow"]["name"] == name);
    named.unwrap()["id"].as_str().unwrap()
}

async fn ended(app: &TestApp, workflow: &Value, name: &str) -> Value {
    settled(app, id_of(workflow, name)).await
}

async fn read(app: &TestApp, workflow: &Value) -> Value {
    let id = workflow["id"].as_str().unwrap();
    app.admin.get(&format!("/api/admin/workflows/{id}")).await.expect(200).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_and_a_group_with_a_final_step_hand_on_their_results() {
    let app = with_sums().await;

    let group = start(
        &app,
        vec![
            sum("one", 1, &[]),
            sum("two", 2, &["one"]),
            sum("three", 3, &[]),
            sum("final", 10, &["two", "three"]),
        ],
    );
    let group = group.await.expect(201).json();
    let last = ended(&app, &group, "final").await;

    assert_eq!((&last["state"], &last["result"]), (&json!("succeeded"), &json!(16)), "{last}");
    assert_eq!(last["payload"], json!({"add": 10}), "as it was asked for");
    let told = &last["workflow"];
    assert_eq!(told["id"], group["id"]);
    let two = id_of(&group, "two");
    assert_eq!((&told["name"], &told["after"]["two"]), (&json!("final"), &json!(two)));
    assert_eq!(read(&app, &group).await["states"], json!({"succeeded": 4}));
    let id = group["id"].as_str().unwrap();
    let listed = app.admin.get(&format!("/api/admin/tasks?workflow={id}&size=3")).await.expect(200);
    let listed = listed.json();
    assert_eq!(listed["hits"]["hits"].as_array().unwrap().len(), 3);
    assert!(listed["links"]["next"].as_str().unwrap().contains(id), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_is_told_what_came_of_those_before_its_task() {
    let app = with_sums().await;
    app.activate(&test_guest("naughty"), &[]).await;
    let tell = json!({
        "name": "tell", "kind": "naughty.misbehave", "payload": {"do": "tell"},
        "after": ["one", "failing"], "even_if_failed": true,
    });

    let workflow = start(&app, vec![sum("one", 7, &[]), failing("failing", &[]), tell]).await;
    let workflow = workflow.expect(201).json();
    let told = ended(&app, &workflow, "tell").await;

    let after = &told["result"]["after"];
    let [one, failing] = ["one", "failing"].map(|name| id_of(&workflow, name));
    assert_eq!(
        after["one"],
        json!({"task": one, "state": "succeeded", "result": 7, "error": null}),
        "{told}"
    );
    assert_eq!(
        after["failing"],
        json!({"task": failing, "state": "dead", "result": null, "error": "there is nothing to add"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_a_task_that_failed_is_done_when_that_is_tried_again() {
    let app = with_sums().await;
    app.activate(&test_guest("naughty"), &[]).await;
    // It fails for good at its first attempt, and no more once the plugin is another.
    let first =
        json!({"name": "first", "kind": "naughty.misbehave", "payload": {"do": "permanent"}});
    let workflow =
        start(&app, vec![first, sum("second", 2, &["first"]), sum("third", 3, &["second"])]);
    let workflow = workflow.await.expect(201).json();
    let first = id_of(&workflow, "first");

    assert_eq!(ended(&app, &workflow, "first").await["state"], "dead");
    let second = ended(&app, &workflow, "second").await;
    assert_eq!(second["state"], "cancelled");
    let why = second["error"].as_str().unwrap();
    assert!(why.contains(first) && why.contains("given up"), "{why}");
    let retry = async |id: &str| app.admin.act(&format!("/api/admin/tasks/{id}/retry")).await;
    let refused = retry(id_of(&workflow, "third")).await.expect(409).json();
    assert!(refused["message"].as_str().unwrap().contains("second"), "{refused}");

    app.app.services.as_system().queue.pause(&pause(&app)).await.unwrap();
    retry(first).await.expect(200);
    assert_eq!(read(&app, &workflow).await["states"], json!({"queued": 1, "blocked": 2}));
    app.admin.act("/api/admin/queues/default/resume").await.expect(200);

    assert_eq!(ended(&app, &workflow, "third").await["state"], "cancelled", "it fails again");
    assert_eq!(ended(&app, &workflow, "first").await["state"], "dead");
}

fn pause(app: &TestApp) -> repono_service::ports::Pause {
    repono_service::ports::Pause {
        queue: "default".to_owned(),
        since: app.app.services.clock.now(),
        by: None,
        why: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_of_every_task_is_told_and_nothing_is_stored() {
    let app = idle().await;

    let refused = start(
        &app,
        vec![
            json!({"name": "one", "kind": "repono.nothing"}),
            json!({"name": "one", "kind": "repono.sum", "payload": {"add": "much"}}),
            json!({"name": "a name", "kind": "repono.sum", "after": ["one", "later"]}),
            sum("later", 1, &["later"]),
            json!({"name": "never", "kind": "repono.sum", "countdown_s": 4_000_000_000_u64}),
            json!({"name": "long", "kind": "repono.sum", "payload": {"x": "x".repeat(300 << 10)}}),
        ],
    );
    let refused = refused.await.expect(400).json();

    let errors = refused["errors"].as_array().unwrap();
    let fields: Vec<_> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
    for field in [
        "tasks.0.kind",
        "tasks.1.name",
        "tasks.1.payload.add",
        "tasks.2.name",
        "tasks.2.after",
        "tasks.3.after",
        "tasks.4.countdown_s",
        "tasks.5.payload",
    ] {
        assert!(fields.contains(&field), "{field}: {refused}");
    }
    let many: Vec<_> = (0..1001).map(|number| sum(&format!("task-{number}"), 1, &[])).collect();
    for tasks in [Vec::new(), many] {
        let refused = start(&app, tasks).await.expect(400).json();
        assert_eq!(refused["errors"][0]["field"], "tasks", "{refused}");
    }
    let bad_time = json!({"name": "a", "kind": "repono.sum", "not_before": "tomorrow"});
    let refused = start(&app, vec![bad_time]).await.expect(400).json();
    assert_eq!(refused["errors"][0]["field"], "tasks.0.not_before", "{refused}");
    let stored = app.admin.get("/api/admin/tasks").await.expect(200).json();
    assert_eq!(stored["hits"]["hits"], json!([]));
    app.alice.post("/api/admin/workflows", &json!({"tasks": [sum("a", 1, &[])]})).await.expect(403);
    app.admin.get("/api/admin/workflows/unknown").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_of_a_thousand_tasks_comes_to_its_end() {
    let app = with_sums().await;
    let names: Vec<String> = (0..999).map(|number| format!("task-{number}")).collect();
    let mut tasks: Vec<Value> = names.iter().map(|name| sum(name, 1, &[])).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    tasks.push(sum("final", 0, &all));

    let workflow = start(&app, tasks).await.expect(201).json();

    for name in &names {
        ended(&app, &workflow, name).await;
    }
    assert_eq!(ended(&app, &workflow, "final").await["result"], 999);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_is_asked_for_again_with_its_key_is_there_already() {
    let app = idle().await;
    let ask = async |key: &str, tasks: &[Value]| {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        let body = json!({"tasks": tasks}).to_string();
        app.admin.send_with(Method::POST, "/api/admin/workflows", &headers, body).await
    };
    let tasks = [sum("one", 1, &[]), sum("two", 2, &["one"])];

    let first = ask("nightly", &tasks).await.expect(201).json();
    let again = ask("nightly", &tasks).await.expect(201).json();

    assert_eq!(again["id"], first["id"]);
    assert_eq!(read(&app, &first).await["states"], json!({"queued": 1, "blocked": 1}));
    for other in [
        vec![sum("one", 1, &[]), sum("two", 2, &[])],
        vec![sum("one", 1, &[]), sum("two", 3, &["one"])],
        vec![sum("one", 1, &[])],
    ] {
        let refused = ask("nightly", &other).await.expect(409).json();
        assert!(refused["message"].as_str().unwrap().ends_with("use a new key."), "{refused}");
    }
    ask("", &tasks).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_is_called_off_lets_nothing_begin() {
    let app = idle().await;
    let mut last = sum("last", 1, &["two"]);
    last["even_if_failed"] = json!(true);
    let workflow = start(&app, vec![sum("one", 1, &[]), sum("two", 2, &["one"]), last]).await;
    let workflow = workflow.expect(201).json();
    let id = workflow["id"].as_str().unwrap();

    let cancelled = app.admin.act(&format!("/api/admin/workflows/{id}/cancel")).await.expect(200);

    assert_eq!(cancelled.json()["states"], json!({"cancelled": 3}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_is_too_long_makes_a_dead_letter_and_not_a_result() {
    let app = with_sums().await;
    let long = |name: &str, length: u64| json!({"name": name, "kind": "repono.sum", "payload": {"length": length}});
    let names: Vec<String> = (0..9).map(|number| format!("task-{number}")).collect();
    let mut tasks: Vec<Value> = names.iter().map(|name| long(name, 1_000_000)).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    tasks.push(sum("told-too-much", 1, &all));
    tasks.push(long("too-long", 1 << 20));

    let workflow = start(&app, tasks).await.expect(201).json();

    for (name, word) in [("too-long", "1048576"), ("told-too-much", "8388608")] {
        let task = ended(&app, &workflow, name).await;
        assert_eq!((&task["state"], &task["result"]), (&json!("dead"), &Value::Null));
        assert_eq!(task["attempts"], 1, "the same would come of another attempt");
        assert!(task["error"].as_str().unwrap().contains(word), "{}", task["error"]);
    }
}
