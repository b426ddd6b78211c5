//! What is kept of what was logged of a task.

use harness::{TestApp, test_guest};
use serde_json::{Value, json};

use super::{run, settled};

async fn log(app: &TestApp, id: &str) -> Vec<Value> {
    let log = app.admin.get(&format!("/api/admin/tasks/{id}/logs")).await.expect(200).json();
    log["hits"]["hits"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_task_has_the_log_of_all_its_attempts() {
    let app = TestApp::new().await;
    app.activate(&test_guest("naughty"), &[]).await;

    let id = run(&app, "naughty.misbehave", json!({"do": "trap"})).await;
    let task = settled(&app, &id).await;

    assert_eq!((&task["state"], &task["attempts"]), (&json!("dead"), &json!(2)), "{task}");
    let log = log(&app, &id).await;
    for attempt in [1, 2] {
        let lines: Vec<&Value> = log.iter().filter(|line| line["attempt"] == attempt).collect();
        let text = |line: &Value| line["text"].as_str().unwrap().to_owned();
        let (first, last) = (lines.first().unwrap(), lines.last().unwrap());
        assert!(text(first).starts_with(&format!("attempt {attempt} begins on ")), "{log:?}");
        assert_eq!(first["level"], "info");
        let said = |line: &&Value| line["level"] == "error" && text(line).contains("asked to trap");
        assert!(lines.iter().filter(|line| said(line)).count() >= 1, "{log:?}");
        assert!(text(last).starts_with("the attempt failed: "), "{log:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_says_nothing_and_succeeds_keeps_no_log() {
    let app = TestApp::new().await;
    app.activate(&test_guest("naughty"), &[]).await;

    let id = run(&app, "naughty.misbehave", json!({"do": "nothing"})).await;

    assert_eq!(settled(&app, &id).await["state"], "succeeded");
    assert_eq!(log(&app, &id).await, Vec::<Value>::new());
    app.admin.get("/api/admin/tasks/unknown/logs").await.expect(404);
    app.alice.get(&format!("/api/admin/tasks/{id}/logs")).await.expect(403);
}
