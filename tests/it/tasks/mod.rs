mod asked;
mod embargoes;
mod link_check;
mod log;
mod own;
mod tidy_records;
mod workflows;

use std::time::Duration;

use harness::{TestApp, documents, test_guest};
use http::Method;
use serde_json::{Value, json};

pub(crate) async fn settled(app: &TestApp, id: &str) -> Value {
    for _ in 0..600 {
        let task = app.admin.get(&format!("/api/admin/tasks/{id}")).await.expect(200).json();
        if !["blocked", "queued", "running"].contains(&task["state"].as_str().unwrap()) {
            return task;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the task {id} does not come to an end");
}

pub(crate) async fn run(app: &TestApp, kind: &str, payload: Value) -> String {
    let reply =
        app.admin.post("/api/admin/tasks", &json!({"kind": kind, "payload": payload})).await;
    assert!((200..300).contains(&reply.status), "{}", reply.text());
    reply.id()
}

#[tokio::test(flavor = "multi_thread")]
async fn completeness_scores_a_whole_collection_and_keeps_its_result() {
    let app = TestApp::new().await;
    let lines = documents("records", 120).join("\n");
    app.alice
        .send(Method::POST, "/api/records/import?publish=true", "application/x-ndjson", lines)
        .await
        .expect(200);

    let id = run(&app, "completeness.score", json!({"collection": "records", "batch": 25})).await;
    let task = settled(&app, &id).await;

    assert_eq!(task["state"], "succeeded", "{task}");
    assert_eq!(task["result"]["records"], 120);
    assert_eq!(task["progress"]["done"], 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_kinds_and_bad_payloads_are_refused_where_they_are_asked() {
    let app = TestApp::new().await;

    let unknown = app
        .admin
        .post("/api/admin/tasks", &json!({"kind": "completeness.nothing", "payload": {}}))
        .await
        .expect(404);
    assert!(unknown.json()["message"].as_str().unwrap().contains("completeness.score"));
    let bad = app
        .admin
        .post(
            "/api/admin/tasks",
            &json!({"kind": "completeness.score", "payload": {"batch": "many"}}),
        )
        .await
        .expect(400);
    assert!(
        bad.json()["errors"].as_array().is_some_and(|errors| !errors.is_empty()),
        "{}",
        bad.text()
    );
    app.alice
        .post("/api/admin/tasks", &json!({"kind": "completeness.score", "payload": {}}))
        .await
        .expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_always_fails_is_retried_then_kept_for_a_person() {
    let app = TestApp::new().await;
    app.activate(&test_guest("naughty"), &[]).await;
    let kinds = app.admin.get("/api/admin/plugins/naughty").await.expect(200).json();
    let kind = format!("naughty.{}", kinds["does"]["task_kinds"][0]["name"].as_str().unwrap());

    let id = run(&app, &kind, json!({"do": "permanent"})).await;
    let task = settled(&app, &id).await;

    assert_eq!(task["state"], "dead", "{task}");
    assert!(!task["error"].as_str().unwrap().is_empty());
    let again = app.admin.act(&format!("/api/admin/tasks/{id}/retry")).await;
    assert!((200..300).contains(&again.status), "{}", again.text());
    assert_eq!(settled(&app, &id).await["state"], "dead");
}
