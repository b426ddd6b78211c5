use harness::{TestApp, minimal_record};
use http::Method;

#[tokio::test(flavor = "multi_thread")]
async fn a_save_with_an_old_revision_is_refused_and_changes_nothing() {
    let app = TestApp::new().await;
    let created = app.alice.post("/api/records", &minimal_record("First")).await.expect(201);
    let path = format!("/api/records/{}/draft", created.id());
    let etag = created.header("etag").trim_matches('"').to_owned();
    app.alice.put(&path, &minimal_record("Second")).await.expect(200);

    let body = minimal_record("Third").to_string();
    let headers = [("content-type", "application/json"), ("if-match", etag.as_str())];
    let reply = app.alice.send_with(Method::PUT, &path, &headers, body).await.expect(412);

    assert!(
        reply.json()["message"]
            .as_str()
            .unwrap()
            .starts_with(&format!("Revision id provided({etag})")),
        "{}",
        reply.text()
    );
    assert_eq!(app.alice.get(&path).await.json()["metadata"]["title"], "Second");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_saves_at_once_with_the_same_revision_one_wins() {
    let app = TestApp::new().await;
    let created = app.alice.post("/api/records", &minimal_record("First")).await.expect(201);
    let path = format!("/api/records/{}/draft", created.id());
    let etag = created.header("etag").trim_matches('"').to_owned();

    let save = |title: &str| {
        let (client, path, etag, body) =
            (app.alice.clone(), path.clone(), etag.clone(), minimal_record(title).to_string());
        async move {
            client
                .send_with(
                    Method::PUT,
                    &path,
                    &[("content-type", "application/json"), ("if-match", &etag)],
                    body,
                )
                .await
                .status
        }
    };
    let mut statuses =
        futures::future::join_all((0..8).map(|number| save(&format!("Title {number}")))).await;

    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| *status == 412), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_owner_and_administrators_see_a_draft() {
    let app = TestApp::new().await;
    let path = format!(
        "/api/records/{}/draft",
        app.alice.post("/api/records", &minimal_record("Mine")).await.expect(201).id()
    );

    app.bob.get(&path).await.expect(403);
    app.anonymous.get(&path).await.expect(403);
    app.bob.put(&path, &minimal_record("Yours")).await.expect(403);
    app.bob.delete(&path).await.expect(403);
    app.admin.get(&path).await.expect(200);
}
