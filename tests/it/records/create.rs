use harness::{TestApp, minimal_record};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_document_is_saved_and_every_problem_is_told_at_its_field() {
    let app = TestApp::new().await;
    let bad = json!({
        "metadata": {
            "title": "ab",
            "publication_date": "baddate",
            "resource_type": {"id": "nope"},
            "creators": [{"person_or_org": {"type": "personal", "given_name": "x"}}],
            "foo": 1,
        },
        "files": {"enabled": false},
    });

    let reply = app.alice.post("/api/records", &bad).await.expect(201);

    let body = reply.json();
    let fields: Vec<_> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect();
    for field in [
        "metadata.title",
        "metadata.publication_date",
        "metadata.resource_type.id",
        "metadata.creators.0.person_or_org.family_name",
        "metadata.foo",
    ] {
        assert!(fields.contains(&field), "{field} is not among {fields:?}");
    }
    let errors = body["errors"].as_array().unwrap();
    assert!(errors.iter().all(|error| !error["messages"][0].as_str().unwrap().is_empty()
        && error["code"].is_string()
        && error["severity"].is_string()));
    let stored =
        app.alice.get(&format!("/api/records/{}/draft", reply.id())).await.expect(200).json();
    assert_eq!(stored["metadata"]["title"], "ab");
    assert_eq!(stored["metadata"]["foo"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_can_be_sent_back() {
    let app = TestApp::new().await;
    let created =
        app.alice.post("/api/records", &minimal_record("There and back")).await.expect(201);
    let path = format!("/api/records/{}/draft", created.id());

    let saved = app.alice.put(&path, &created.json()).await.expect(200).json();

    assert!(saved.get("errors").is_none(), "{}", saved["errors"]);
    assert_eq!(saved["metadata"], created.json()["metadata"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_computed_and_html_is_sanitised() {
    let app = TestApp::new().await;
    let mut record = minimal_record("Hostile");
    record["metadata"]["description"] =
        json!("<p onclick=\"x()\">Hi <script>alert(1)</script><b>you</b></p>");

    let body = app.alice.post("/api/records", &record).await.expect(201).json();

    assert_eq!(body["metadata"]["creators"][0]["person_or_org"]["name"], "Brown, Troy");
    let description = body["metadata"]["description"].as_str().unwrap();
    assert!(!description.contains("script") && !description.contains("onclick"), "{description}");
    assert!(description.contains("<b>you</b>"), "{description}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_collection_has_the_same_life() {
    let app = TestApp::new().await;
    let metadata = harness::documents("biotools", 1).remove(0);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();

    let created = app
        .alice
        .post("/api/biotools", &json!({"metadata": metadata, "files": {"enabled": false}}))
        .await
        .expect(201);
    let id = created.id();
    app.alice.act(&format!("/api/biotools/{id}/draft/actions/publish")).await.expect(202);

    let found = app.anonymous.get(&format!("/api/biotools/{id}")).await.expect(200).json();
    assert_eq!(found["metadata"]["biotoolsID"], metadata["biotoolsID"]);
    app.anonymous.get(&format!("/api/records/{id}")).await.expect(404);
}
