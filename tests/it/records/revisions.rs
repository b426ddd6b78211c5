use harness::{TestApp, minimal_record};

#[tokio::test(flavor = "multi_thread")]
async fn every_revision_is_kept_with_the_plugin_that_accepted_it() {
    let app = TestApp::new().await;
    let id = app.alice.post("/api/records", &minimal_record("One")).await.expect(201).id();
    let path = format!("/api/records/{id}");
    app.alice.act(&format!("{path}/draft/actions/publish")).await.expect(202);
    app.alice.act(&format!("{path}/draft")).await.expect(201);
    app.alice.put(&format!("{path}/draft"), &minimal_record("Two")).await.expect(200);
    app.alice.act(&format!("{path}/draft/actions/publish")).await.expect(202);

    app.alice.get(&format!("{path}/revisions")).await.expect(403);
    let revisions = app.admin.get(&format!("{path}/revisions")).await.expect(200).json();

    let revisions = revisions.as_array().unwrap();
    let titles: Vec<_> = revisions
        .iter()
        .map(|revision| revision["json"]["metadata"]["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["One", "Two"]);
    assert!(
        revisions
            .iter()
            .all(|revision| revision["plugin"].as_str().unwrap().len() == 64
                && revision["by"] == "2")
    );
}
