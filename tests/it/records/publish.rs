use harness::{TestApp, minimal_record};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_can_be_found_when_it_is_answered() {
    let app = TestApp::new().await;
    let id =
        app.alice.post("/api/records", &minimal_record("Zirconium wreath")).await.expect(201).id();

    let published =
        app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202).json();

    assert_eq!(published["status"], "published");
    assert_eq!(published["pids"]["doi"]["identifier"], format!("10.5072/{id}"));
    let found = app.anonymous.get("/api/records?q=zirconium").await.expect(200).json();
    assert_eq!(found["hits"]["total"], 1);
    assert_eq!(found["hits"]["hits"][0]["id"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_draft_is_refused_with_every_missing_field() {
    let app = TestApp::new().await;
    let id = app
        .alice
        .post("/api/records", &json!({"files": {"enabled": false}}))
        .await
        .expect(201)
        .id();

    let body =
        app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(400).json();

    assert_eq!(body["message"], "A validation error occurred.");
    let fields: Vec<_> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect();
    for field in [
        "metadata.resource_type",
        "metadata.creators",
        "metadata.title",
        "metadata.publication_date",
    ] {
        assert!(fields.contains(&field), "{field} is not among {fields:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_with_files_enabled_and_none_uploaded_is_refused() {
    let app = TestApp::new().await;
    let mut record = minimal_record("With files");
    record["files"] = json!({"enabled": true});
    let id = app.alice.post("/api/records", &record).await.expect(201).id();

    let body =
        app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(400).json();

    assert_eq!(body["errors"][0]["field"], "files.enabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_embargo_must_end_in_the_future_and_hide_something() {
    let app = TestApp::new().await;
    let mut record = minimal_record("Embargoed");
    record["access"] = json!({"record": "public", "files": "restricted", "embargo": {"active": true, "until": "2001-01-01"}});

    let body = app.alice.post("/api/records", &record).await.expect(201).json();

    assert_eq!(body["errors"][0]["field"], "access.embargo.until");
}
