//! DOIs of drafts.

use harness::{DataCite, TestApp};
use http::Method;
use serde_json::json;

use super::{app, doi, publish, registered, titled, until};

async fn draft(app: &TestApp) -> String {
    app.alice.post("/api/records", &titled("Draft")).await.expect(201).id()
}

fn pid(id: &str) -> String {
    format!("/api/records/{id}/draft/pids/doi")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reserved_doi_is_a_draft_there_until_it_is_published() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let id = draft(&app).await;

    let reserved = app.alice.act(&pid(&id)).await.expect(201).json();

    assert_eq!(reserved["pids"]["doi"]["identifier"], doi(&id));
    let held = registered(&app, &datacite, &id).await;
    assert_eq!((&*held.state, held.metadata.len()), ("draft", 0));

    publish(&app, &id).await;

    assert_eq!(registered(&app, &datacite, &id).await.state, "findable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doi_is_reserved_once_and_kept_when_the_draft_is_saved() {
    let app = TestApp::new().await;
    let id = draft(&app).await;
    app.alice.act(&pid(&id)).await.expect(201);

    let again = app.alice.act(&pid(&id)).await.expect(400).json();
    let saved = app.alice.put(&format!("/api/records/{id}/draft"), &titled("Saved")).await;

    assert_eq!(again["errors"][0]["field"], "pids.doi");
    assert_eq!(again["errors"][0]["messages"], json!(["A PID already exists for type doi"]));
    assert_eq!(saved.expect(200).json()["pids"]["doi"]["identifier"], format!("10.5072/{id}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doi_that_is_discarded_is_gone_there() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let (discarded, deleted, replaced) = (draft(&app).await, draft(&app).await, draft(&app).await);
    for id in [&discarded, &deleted, &replaced] {
        app.alice.act(&pid(id)).await.expect(201);
        registered(&app, &datacite, id).await;
    }

    let answer = app.alice.delete(&pid(&discarded)).await.expect(200).json();
    app.alice.delete(&format!("/api/records/{deleted}/draft")).await.expect(204);
    let mut external = titled("External");
    external["pids"] = json!({"doi": {"identifier": "10.1234/mine", "provider": "external"}});
    app.alice.put(&format!("/api/records/{replaced}/draft"), &external).await.expect(200);

    assert_eq!(answer["pids"], json!({}));
    for id in [&discarded, &deleted, &replaced] {
        until(&app, id, serde_json::Value::is_null).await;
        assert_eq!(datacite.doi(&doi(id)), None, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_reserved_or_discarded_is_told_in_a_sentence() {
    let app = TestApp::new().await;
    let id = draft(&app).await;

    let scheme = format!("/api/records/{id}/draft/pids/isbn");
    app.alice.act(&scheme).await.expect(400);
    app.alice.delete(&scheme).await.expect(400);
    app.alice.delete(&pid(&id)).await.expect(404);
    app.bob.act(&pid(&id)).await.expect(403);
    app.bob.delete(&pid(&id)).await.expect(403);
    app.anonymous.act(&pid(&id)).await.expect(403);
    app.alice.send(Method::PUT, &pid(&id), "application/json", "{}").await.expect(405);
    publish(&app, &id).await;
    app.alice.act(&format!("/api/records/{id}/draft")).await.expect(201);
    let published = app.alice.delete(&pid(&id)).await.expect(400).text();

    assert!(published.contains("published"), "{published}");
    let none = TestApp::with(|app| app.config.doi.prefix.clear()).await;
    let id = draft(&none).await;
    none.alice.act(&pid(&id)).await.expect(400);
}
