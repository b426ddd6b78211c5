//! A plugin that traps, loops, eats memory or answers nonsense spoils only its own call.

use harness::{TestApp, minimal_record, test_guest};
use serde_json::{Value, json};

async fn with_naughty() -> TestApp {
    let app = TestApp::new().await;
    app.activate(&test_guest("naughty"), &[]).await;
    app
}

fn naughty(name: &str, act: &str) -> Value {
    json!({"metadata": {name: act}, "files": {"enabled": false}})
}

async fn others_work(app: &TestApp) {
    app.alice.post("/api/records", &minimal_record("Unharmed")).await.expect(201);
    app.alice
        .post("/api/naughty", &json!({"metadata": {}, "files": {"enabled": false}}))
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_fails_answers_503_with_its_name_and_nothing_is_called_valid() {
    let app = with_naughty().await;
    for act in ["trap", "loop", "memory", "nonsense", "miscount", "oversize"] {
        let reply = app.alice.post("/api/naughty", &naughty("do", act)).await;

        assert_eq!(reply.status, 503, "{act}: {}", reply.text());
        assert!(
            reply.json()["message"].as_str().unwrap().contains("naughty"),
            "{act}: {}",
            reply.text()
        );
        others_work(&app).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_indexer_that_fails_leaves_the_record_stored_and_quarantined() {
    let app = with_naughty().await;
    for act in ["trap", "loop", "nonsense"] {
        let id = app.alice.post("/api/naughty", &naughty("index_do", act)).await.expect(201).id();
        app.alice.act(&format!("/api/naughty/{id}/draft/actions/publish")).await.expect(202);
        app.anonymous.get(&format!("/api/naughty/{id}")).await.expect(200);
        let good = app
            .alice
            .post("/api/naughty", &json!({"metadata": {}, "files": {"enabled": false}}))
            .await
            .expect(201)
            .id();
        app.alice.act(&format!("/api/naughty/{good}/draft/actions/publish")).await.expect(202);
        let found = app.anonymous.get(&format!("/api/naughty?q=id:{good}")).await.json();
        assert_eq!(found["hits"]["total"], 1, "a good record beside a bad one ({act}) is found");

        let quarantined = |status: &Value| {
            status["quarantined"]
                .as_array()
                .is_some_and(|list| list.iter().any(|entry| entry["id"] == id.as_str()))
        };
        let mut status = Value::Null;
        for _ in 0..300 {
            status = app.admin.get("/api/admin/indices").await.expect(200).json();
            if quarantined(&status) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(quarantined(&status), "{act}: {status}");

        let retry = format!("/api/admin/indices/naughty/retry?record={id}");
        let released = app.admin.act(&retry).await.expect(202).json();
        assert_eq!(released, json!({"released": 1}), "{act}");
        status = app.admin.get("/api/admin/indices").await.expect(200).json();
        assert!(status["lag"]["pending"].as_u64().unwrap() > 0 || quarantined(&status), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exporter_that_fails_answers_502_for_that_format_alone() {
    let app = with_naughty().await;
    let id = app.alice.post("/api/naughty", &naughty("export_do", "trap")).await.expect(201).id();
    app.alice.act(&format!("/api/naughty/{id}/draft/actions/publish")).await.expect(202);

    let formats = app.admin.get("/api/admin/plugins/naughty").await.expect(200).json();
    let format = formats["does"]["formats"][0]["id"].as_str().unwrap().to_owned();
    let reply = app.anonymous.get(&format!("/api/naughty/{id}/export/{format}")).await.expect(502);

    assert!(reply.json()["message"].as_str().unwrap().contains("naughty"));
    app.anonymous.get(&format!("/api/naughty/{id}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_exported_in_the_formats_of_active_plugins() {
    let app = TestApp::new().await;
    let id = app.alice.post("/api/records", &minimal_record("Exported")).await.expect(201).id();
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);

    let datacite = app
        .anonymous
        .get(&format!("/api/records/{id}/export/datacite-json"))
        .await
        .expect(200)
        .json();
    assert_eq!(datacite["titles"][0]["title"], "Exported");
    assert_eq!(datacite["types"]["resourceTypeGeneral"], "Image");
    let accept = [("accept", "application/x-bibtex")];
    let bibtex = app
        .anonymous
        .send_with(http::Method::GET, &format!("/api/records/{id}"), &accept, "")
        .await
        .expect(200);
    assert!(bibtex.text().starts_with('@'), "{}", bibtex.text());
    assert!(bibtex.header("content-type").starts_with("application/x-bibtex"));
    app.anonymous.get(&format!("/api/records/{id}/export/nothing")).await.expect(404);
}
