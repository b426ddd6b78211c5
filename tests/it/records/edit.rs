use harness::{TestApp, minimal_record};

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_record_stays_as_it_was_until_it_is_published_again() {
    let app = TestApp::new().await;
    let id = app.alice.post("/api/records", &minimal_record("Before")).await.expect(201).id();
    let path = format!("/api/records/{id}");
    app.alice.act(&format!("{path}/draft/actions/publish")).await.expect(202);
    app.anonymous.get(&path).await.expect(200);

    app.alice.act(&format!("{path}/draft")).await.expect(201);
    app.alice.put(&format!("{path}/draft"), &minimal_record("Afterwards")).await.expect(200);
    assert_eq!(app.anonymous.get(&path).await.json()["metadata"]["title"], "Before");
    app.alice.act(&format!("{path}/draft/actions/publish")).await.expect(202);

    assert_eq!(app.anonymous.get(&path).await.json()["metadata"]["title"], "Afterwards");
    assert_eq!(app.anonymous.get("/api/records?q=afterwards").await.json()["hits"]["total"], 1);
    assert_eq!(app.anonymous.get("/api/records?q=before").await.json()["hits"]["total"], 0);
    let revision = app.anonymous.get(&path).await.json()["revision_id"].as_u64().unwrap();
    assert_eq!(revision, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn discarding_an_edit_leaves_the_record_as_it_is() {
    let app = TestApp::new().await;
    let id = app.alice.post("/api/records", &minimal_record("Kept")).await.expect(201).id();
    let path = format!("/api/records/{id}");
    app.alice.act(&format!("{path}/draft/actions/publish")).await.expect(202);
    app.alice.act(&format!("{path}/draft")).await.expect(201);

    app.alice.delete(&format!("{path}/draft")).await.expect(204);

    app.alice.get(&format!("{path}/draft")).await.expect(404);
    assert_eq!(app.anonymous.get(&path).await.json()["metadata"]["title"], "Kept");
    assert_eq!(
        app.alice.get("/api/user/records").await.json()["hits"]["hits"][0]["is_draft"],
        false
    );
}
