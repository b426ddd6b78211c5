//! Letters by way of a site's mail server.

use std::time::Duration;

use harness::{Client, TestApp, minimal_record, service};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_arrives_by_way_of_exim_under_its_own_id() {
    let server = format!("{}?tls=none", service("REPONO_TEST_SMTP"));
    let app = TestApp::with(|app| {
        app.config.mail.url = serde_json::from_value(server.into()).unwrap();
        "Repono <repono@example.org>".clone_into(&mut app.config.mail.from);
    })
    .await;
    let id = app.alice.post("/api/records", &minimal_record("Größe")).await.expect(201).id();

    app.admin.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);

    let tasks = app.admin.get("/api/admin/tasks?kind=repono.mail").await.expect(200).json();
    let letter = tasks["hits"]["hits"][0]["payload"]["letter"].as_str().unwrap().to_owned();
    let sink = service("REPONO_TEST_MAILSINK");
    let sink = Client::of(sink.as_str().trim_end_matches('/'), None);
    let mut arrived: Vec<Value> = Vec::new();
    for _ in 0..600 {
        arrived = serde_json::from_value(sink.get("/messages").await.expect(200).json()).unwrap();
        arrived.retain(|seen| seen["message_id"] == format!("<{letter}@example.org>"));
        if !arrived.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(arrived.len(), 1, "once");
    assert_eq!(arrived[0]["subject"], "Your record was published: Größe");
    assert!(arrived[0]["text"].as_str().unwrap().contains(&id), "{arrived:?}");
    assert!(arrived[0]["html"].as_str().unwrap().contains("Größe"), "{arrived:?}");
}
