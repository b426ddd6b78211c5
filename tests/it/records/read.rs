use harness::{TestApp, minimal_record};
use http::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_has_it_already_is_told_so() {
    let app = TestApp::new().await;
    let id = app.alice.post("/api/records", &minimal_record("Cached")).await.expect(201).id();
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    let path = format!("/api/records/{id}");

    let first = app.anonymous.get(&path).await.expect(200);
    let again = app
        .anonymous
        .send_with(Method::GET, &path, &[("if-none-match", first.header("etag"))], "")
        .await;

    assert_eq!(again.status, 304);
    assert!(again.body.is_empty());
    assert_eq!(app.anonymous.get(&path).await.body, first.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_record_is_hidden_from_readers_lists_and_counts() {
    let app = TestApp::new().await;
    let mut record = minimal_record("Sealed");
    record["access"] = json!({"record": "restricted", "files": "restricted"});
    let id = app.alice.post("/api/records", &record).await.expect(201).id();
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);

    app.anonymous.get(&format!("/api/records/{id}")).await.expect(403);
    app.bob.get(&format!("/api/records/{id}")).await.expect(403);
    let theirs = app.bob.get("/api/records?q=sealed").await.json();
    assert_eq!(theirs["hits"]["total"], 0);
    assert!(
        theirs["aggregations"]["access_status"]["buckets"].as_array().unwrap().is_empty(),
        "{theirs}"
    );
    assert_eq!(app.bob.get("/api/records?q=internal.owner:2").await.json()["hits"]["total"], 0);
    assert_eq!(app.alice.get("/api/records?q=sealed").await.json()["hits"]["total"], 1);
    app.alice.get(&format!("/api/records/{id}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_no_records_are_told_apart() {
    let app = TestApp::new().await;
    let draft = app.alice.post("/api/records", &minimal_record("Draft")).await.expect(201).id();

    let of = |id: String| {
        let client = app.anonymous.clone();
        async move {
            client.get(&format!("/api/records/{id}")).await.expect(404).json()["message"]
                .as_str()
                .unwrap()
                .to_owned()
        }
    };
    assert_eq!(of("akd9f-9vg25".to_owned()).await, "The persistent identifier does not exist.");
    assert_eq!(of("not-an-id".to_owned()).await, "The persistent identifier does not exist.");
    assert_eq!(of(draft).await, "The persistent identifier is not registered.");
}
