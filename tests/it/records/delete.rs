use harness::{TestApp, minimal_record};
use http::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_record_leaves_a_tombstone_and_no_hit_and_can_be_restored() {
    let app = TestApp::new().await;
    let id = app.alice.post("/api/records", &minimal_record("Ephemeral")).await.expect(201).id();
    let path = format!("/api/records/{id}");
    app.alice.act(&format!("{path}/draft/actions/publish")).await.expect(202);
    let removal =
        json!({"removal_reason": {"id": "spam"}, "note": "n", "is_visible": true}).to_string();

    app.alice
        .send(Method::DELETE, &format!("{path}/delete"), "application/json", removal.clone())
        .await
        .expect(403);
    app.admin
        .send(Method::DELETE, &format!("{path}/delete"), "application/json", removal)
        .await
        .expect(204);

    let gone = app.anonymous.get(&path).await.expect(410).json();
    assert_eq!(gone["tombstone"]["removal_reason"]["id"], "spam");
    assert!(
        gone["tombstone"]["citation_text"]
            .as_str()
            .unwrap()
            .contains("Brown, Troy (2020) Ephemeral."),
        "{gone}"
    );
    assert_eq!(app.anonymous.get("/api/records?q=ephemeral").await.json()["hits"]["total"], 0);

    app.admin.act(&format!("{path}/restore")).await.expect(200);
    app.anonymous.get(&path).await.expect(200);
    assert_eq!(app.anonymous.get("/api/records?q=ephemeral").await.json()["hits"]["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_latest_version_is_deleted_the_one_before_is_the_latest_again() {
    let app = TestApp::new().await;
    let first = app.alice.post("/api/records", &minimal_record("Layered")).await.expect(201).id();
    app.alice.act(&format!("/api/records/{first}/draft/actions/publish")).await.expect(202);
    let second = app.alice.act(&format!("/api/records/{first}/versions")).await.expect(201).id();
    app.alice.act(&format!("/api/records/{second}/draft/actions/publish")).await.expect(202);

    app.admin
        .send(Method::DELETE, &format!("/api/records/{second}/delete"), "application/json", "{}")
        .await
        .expect(204);

    let found = app.anonymous.get("/api/records?q=layered").await.json();
    assert_eq!(found["hits"]["hits"][0]["id"], first, "{found}");
    assert_eq!(
        app.anonymous.get(&format!("/api/records/{first}")).await.json()["versions"]["is_latest"],
        true
    );
}
