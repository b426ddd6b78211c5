use harness::{TestApp, minimal_record};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_takes_the_old_ones_place_in_lists_and_leaves_it_readable() {
    let app = TestApp::new().await;
    let first = app.alice.post("/api/records", &minimal_record("Palimpsest")).await.expect(201);
    let (first, parent) = (first.id(), first.json()["parent"]["id"].as_str().unwrap().to_owned());
    app.alice.act(&format!("/api/records/{first}/draft/actions/publish")).await.expect(202);

    let draft = app.alice.act(&format!("/api/records/{first}/versions")).await.expect(201);
    let second = draft.id();
    assert_eq!(draft.json()["versions"]["index"], 2);
    assert_eq!(
        app.alice.act(&format!("/api/records/{first}/versions")).await.expect(201).id(),
        second,
        "one new version at a time"
    );
    app.alice
        .put(&format!("/api/records/{second}/draft"), &minimal_record("Palimpsest, second"))
        .await
        .expect(200);
    app.alice.act(&format!("/api/records/{second}/draft/actions/publish")).await.expect(202);

    let latest = app.anonymous.get("/api/records?q=palimpsest").await.json();
    assert_eq!(latest["hits"]["total"], 1, "{latest}");
    assert_eq!(latest["hits"]["hits"][0]["id"], second);
    assert_eq!(
        app.anonymous.get("/api/records?q=palimpsest&allversions=true").await.json()["hits"]["total"],
        2
    );
    assert_eq!(
        app.anonymous.get(&format!("/api/records/{first}")).await.json()["versions"]["is_latest"],
        false
    );
    let versions = app.anonymous.get(&format!("/api/records/{first}/versions")).await.json();
    let indices: Vec<_> = versions["hits"]["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["versions"]["index"].as_u64().unwrap())
        .collect();
    assert_eq!(indices, [2, 1]);
    let redirect = app.anonymous.get(&format!("/api/records/{parent}")).await.expect(302);
    assert!(redirect.header("location").ends_with(&second));
    let redirect =
        app.anonymous.get(&format!("/api/records/{first}/versions/latest")).await.expect(301);
    assert!(redirect.header("location").ends_with(&second));
}
