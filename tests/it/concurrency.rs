use harness::{TestApp, minimal_record};

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_are_all_stored_and_found() {
    let app = TestApp::new().await;
    let publish = |number: usize| {
        let client = app.alice.clone();
        async move {
            let id = client
                .post("/api/records", &minimal_record(&format!("Concurrent {number}")))
                .await
                .expect(201)
                .id();
            client.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
            let found = client.get(&format!("/api/records?q=id:{id}")).await.json();
            assert_eq!(found["hits"]["total"], 1, "{id} was published and is not found");
            id
        }
    };

    let ids = futures::future::join_all((0..100).map(publish)).await;

    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 100);
    assert_eq!(
        app.anonymous.get("/api/records?q=concurrent&size=1").await.json()["hits"]["total"],
        100
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_after_a_restart() {
    let app = TestApp::new().await;
    let id = app.alice.post("/api/records", &minimal_record("Durable")).await.expect(201).id();
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    let draft = app.alice.post("/api/records", &minimal_record("Half done")).await.expect(201).id();

    let app = app.restarted().await;

    assert_eq!(app.anonymous.get("/api/records?q=durable").await.json()["hits"]["total"], 1);
    app.anonymous.get(&format!("/api/records/{id}")).await.expect(200);
    app.alice.get(&format!("/api/records/{draft}/draft")).await.expect(200);
}
