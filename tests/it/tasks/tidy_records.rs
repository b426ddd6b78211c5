//! Drafts that nobody goes on with, and records that were deleted long ago.

use std::sync::Arc;

use harness::{Later, TestApp, minimal_record};
use http::Method;
use jiff::SignedDuration;
use repono_server::app::AppConfig;
use serde_json::{Value, json};

use super::{run, settled};

fn keeping(days: u32) -> impl FnOnce(&mut AppConfig) {
    move |app| {
        app.config.tasks.scheduled = false;
        app.config.records.keep_drafts_days = days;
        app.config.records.keep_deleted_days = days;
    }
}

async fn later(app: TestApp, days: i32, keep: u32) -> TestApp {
    let folder = app.stop().await;
    TestApp::on(folder, |app| {
        app.clock = Arc::new(Later::than(&app.clock, SignedDuration::from_hours(24) * days));
        keeping(keep)(app);
    })
    .await
}

async fn tidied(app: &TestApp) -> Value {
    let id = run(app, "repono.tidy-records", json!({})).await;
    settled(app, &id).await["result"].clone()
}

async fn draft(app: &TestApp, title: &str) -> String {
    app.alice.post("/api/records", &minimal_record(title)).await.expect(201).id()
}

async fn published(app: &TestApp, title: &str) -> String {
    let id = draft(app, title).await;
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    id
}

async fn delete(app: &TestApp, id: &str) {
    let path = format!("/api/records/{id}/delete");
    app.admin.send(Method::DELETE, &path, "application/json", "{}").await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_that_nobody_saves_go_after_a_while_and_no_others() {
    let app = TestApp::with(keeping(30)).await;
    let (abandoned, saved) = (draft(&app, "Abandoned").await, draft(&app, "Saved").await);
    let edited = published(&app, "Edited").await;
    app.alice.act(&format!("/api/records/{edited}/draft")).await.expect(201);
    assert_eq!(tidied(&app).await, json!({"drafts": 0, "deleted": 0}));

    let app = later(app, 20, 30).await;
    let path = format!("/api/records/{saved}/draft");
    app.alice.put(&path, &minimal_record("Saved")).await.expect(200);
    let app = later(app, 31, 30).await;

    for drafts in [1, 0] {
        assert_eq!(tidied(&app).await, json!({"drafts": drafts, "deleted": 0}));
    }
    app.alice.get(&format!("/api/records/{abandoned}/draft")).await.expect(404);
    for id in [&saved, &edited] {
        app.alice.get(&format!("/api/records/{id}/draft")).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_record_that_was_deleted_long_ago_the_tombstone_stays() {
    let app = TestApp::with(keeping(30)).await;
    let (deleted, kept) = (published(&app, "Deleted").await, published(&app, "Kept").await);
    app.alice.act(&format!("/api/records/{deleted}/draft")).await.expect(201);
    delete(&app, &deleted).await;
    assert_eq!(tidied(&app).await, json!({"drafts": 0, "deleted": 0}));

    let app = later(app, 31, 30).await;
    for count in [1, 0] {
        assert_eq!(tidied(&app).await, json!({"drafts": 0, "deleted": count}));
    }

    let path = format!("/api/records/{deleted}");
    let gone = app.anonymous.get(&path).await.expect(410).json();
    assert!(gone["tombstone"]["citation_text"].as_str().unwrap().contains("Deleted"), "{gone}");
    let revisions = app.admin.get(&format!("{path}/revisions")).await.expect(200).json();
    for revision in revisions.as_array().unwrap() {
        assert_eq!(revision["json"]["metadata"], json!({}), "{revision}");
        assert_eq!(revision["json"]["pids"]["doi"]["identifier"], format!("10.5072/{deleted}"));
    }
    app.alice.get(&format!("{path}/draft")).await.expect(404);
    let refused = app.admin.act(&format!("{path}/restore")).await.expect(409).text();
    assert!(refused.contains("removed for good"), "{refused}");
    let read = app.anonymous.get(&format!("/api/records/{kept}")).await.expect(200).json();
    assert_eq!(read["metadata"]["title"], "Kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_unless_the_operator_says_after_how_long() {
    let app = TestApp::with(keeping(0)).await;
    let (abandoned, deleted) = (draft(&app, "Abandoned").await, published(&app, "Deleted").await);
    delete(&app, &deleted).await;

    let app = later(app, 10_000, 0).await;

    assert_eq!(tidied(&app).await, json!({"drafts": 0, "deleted": 0}));
    app.alice.get(&format!("/api/records/{abandoned}/draft")).await.expect(200);
    app.admin.act(&format!("/api/records/{deleted}/restore")).await.expect(200);
}
