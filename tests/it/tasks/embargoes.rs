//! Embargoes that end.

use std::sync::Arc;

use harness::{Later, TestApp, minimal_record};
use jiff::{SignedDuration, Timestamp};
use repono_server::app::AppConfig;
use serde_json::{Value, json};

use super::{run, settled};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A day from today on, as UTC has it.
fn day(app: &TestApp, from_now: i32) -> String {
    let now: Timestamp = app.app.services.clock.now();
    (now + DAY * from_now).strftime("%Y-%m-%d").to_string()
}

fn embargoed(title: &str, until: &str) -> Value {
    let mut record = minimal_record(title);
    record["access"] = json!({
        "record": "restricted",
        "files": "restricted",
        "embargo": {"active": true, "until": until, "reason": "patent"},
    });
    record
}

async fn published(app: &TestApp, record: &Value) -> String {
    let id = app.alice.post("/api/records", record).await.expect(201).id();
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    id
}

async fn later(app: TestApp, days: i32) -> TestApp {
    let folder = app.stop().await;
    TestApp::on(folder, |app| {
        app.clock = Arc::new(Later::than(&app.clock, DAY * days));
        unscheduled(app);
    })
    .await
}

/// Nothing is lifted but when it is asked for.
fn unscheduled(app: &mut AppConfig) {
    app.config.tasks.scheduled = false;
}

async fn lift(app: &TestApp) -> Value {
    let id = run(app, "repono.lift-embargoes", json!({})).await;
    settled(app, &id).await
}

async fn revisions(app: &TestApp, id: &str) -> usize {
    let path = format!("/api/records/{id}/revisions");
    let revisions = app.admin.get(&path).await.expect(200).json();
    revisions.as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_open_when_its_embargo_is_over_and_not_before() {
    let app = TestApp::with(unscheduled).await;
    let soon = published(&app, &embargoed("Soon", &day(&app, 2))).await;
    let late = published(&app, &embargoed("Late", &day(&app, 9))).await;
    let shut = published(&app, &{
        let mut record = embargoed("Shut", "");
        record["access"]["embargo"] = json!({"active": false});
        record
    })
    .await;

    let task = lift(&app).await;

    assert_eq!((&task["state"], &task["result"]), (&json!("succeeded"), &json!({"lifted": 0})));
    app.anonymous.get(&format!("/api/records/{soon}")).await.expect(403);

    let app = later(app, 2).await;
    for lifted in [1, 0] {
        let task = lift(&app).await;

        assert_eq!(task["result"], json!({"lifted": lifted}));
        let record = app.anonymous.get(&format!("/api/records/{soon}")).await.expect(200).json();
        let access = &record["access"];
        assert_eq!((&access["record"], &access["files"]), (&json!("public"), &json!("public")));
        assert_eq!(access["embargo"]["active"], false);
        assert_eq!(access["status"], "metadata-only");
        assert_eq!(revisions(&app, &soon).await, 2);
    }
    for id in [&late, &shut] {
        app.anonymous.get(&format!("/api/records/{id}")).await.expect(403);
        assert_eq!(revisions(&app, id).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_opened_with_its_record_and_can_be_published() {
    let app = TestApp::with(unscheduled).await;
    let id = published(&app, &embargoed("Edited", &day(&app, 2))).await;
    app.alice.act(&format!("/api/records/{id}/draft")).await.expect(201);
    let app = later(app, 3).await;

    lift(&app).await;

    let draft = app.alice.get(&format!("/api/records/{id}/draft")).await.expect(200).json();
    assert_eq!(draft["access"]["embargo"]["active"], false);
    assert_eq!(draft["access"]["record"], "public");
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    app.anonymous.get(&format!("/api/records/{id}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_or_has_another_embargo_by_then_stays_as_it_is() {
    let app = TestApp::with(unscheduled).await;
    let until = day(&app, 2);
    let deleted = published(&app, &embargoed("Deleted", &until)).await;
    let path = format!("/api/records/{deleted}");
    app.admin
        .send(http::Method::DELETE, &format!("{path}/delete"), "application/json", "{}")
        .await
        .expect(204);
    let put_off = published(&app, &embargoed("Put off", &until)).await;
    app.alice.act(&format!("/api/records/{put_off}/draft")).await.expect(201);
    let draft = format!("/api/records/{put_off}/draft");
    app.alice.put(&draft, &embargoed("Put off", &day(&app, 9))).await.expect(200);
    app.alice.act(&format!("{draft}/actions/publish")).await.expect(202);

    let app = later(app, 3).await;
    assert_eq!(lift(&app).await["result"], json!({"lifted": 0}));
    app.anonymous.get(&format!("/api/records/{put_off}")).await.expect(403);

    app.admin.act(&format!("{path}/restore")).await.expect(200);
    assert_eq!(lift(&app).await["result"], json!({"lifted": 1}));
    app.anonymous.get(&path).await.expect(200);
}
