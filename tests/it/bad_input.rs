//! What bad input gets: a clear error, and nothing lost.

use harness::{TestApp, minimal_record, plugin, test_guest};
use http::Method;
use serde_json::{Value, json};

async fn create(app: &TestApp, body: impl Into<bytes::Bytes>) -> (u16, String) {
    let reply = app.alice.send(Method::POST, "/api/records", "application/json", body.into()).await;
    (reply.status, reply.json()["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_json_is_refused_in_a_sentence() {
    let app = TestApp::new().await;
    let unreadable = "Unable to decode JSON data in request body.";

    for body in [&b"{\"metadata\": {"[..], b"nonsense", b"{\"metadata\": \"\xff\xfe\"}", b"{}{}"] {
        let (status, message) = create(&app, bytes::Bytes::copy_from_slice(body)).await;
        assert_eq!(status, 400);
        assert!(message.starts_with(unreadable), "{message}");
    }
    let deep = format!("{{\"metadata\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(create(&app, deep).await.0, 400);
    let (status, message) =
        create(&app, r#"{"metadata": {"title": "a"}, "metadata": {"title": "b"}}"#).await;
    assert_eq!(status, 400);
    assert!(message.contains("metadata"), "{message}");
    assert_eq!(create(&app, "[1, 2]").await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused_as_too_large() {
    let app = TestApp::new().await;
    let body = format!("{{\"metadata\": {{\"title\": \"{}\"}}}}", "x".repeat(100 << 20));

    // A server may close the connection on a body that it will not read.
    let reply = app
        .alice
        .try_send(Method::POST, "/api/records", &[("content-type", "application/json")], body)
        .await;

    assert!(reply.is_err() || reply.is_ok_and(|reply| reply.status == 413));
    app.alice.post("/api/records", &minimal_record("Still here")).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_creators_are_taken_or_told_one_by_one() {
    let app = TestApp::new().await;
    let mut record = minimal_record("Crowd");
    let creator = |number: usize| json!({"person_or_org": {"type": "personal", "family_name": format!("Name {number}")}});
    record["metadata"]["creators"] = (0..10_000).map(creator).collect();
    let created = app.alice.post("/api/records", &record).await.expect(201);
    assert!(created.json().get("errors").is_none(), "{}", created.json()["errors"]);
    app.alice
        .act(&format!("/api/records/{}/draft/actions/publish", created.id()))
        .await
        .expect(202);

    record["metadata"]["creators"] = (0..10_000).map(|_| json!({"person_or_org": {}})).collect();
    let errors = app.alice.post("/api/records", &record).await.expect(201).json()["errors"]
        .as_array()
        .unwrap()
        .len();
    assert!(errors >= 100, "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_types_anywhere_are_problems_with_fields() {
    let app = TestApp::new().await;
    let wrong = [
        json!(null),
        json!(7),
        json!("text"),
        json!([]),
        json!([[[]]]),
        json!({"a": {"b": []}}),
        json!(true),
    ];
    for name in ["metadata", "access", "files", "pids", "custom_fields"] {
        for value in &wrong {
            let mut record = minimal_record("Wrong");
            record[name] = value.clone();
            let reply = app.alice.post("/api/records", &record).await;
            assert_eq!(reply.status, 201, "{name}: {value}: {}", reply.text());
        }
    }
    let known = minimal_record("Wrong")["metadata"].clone();
    for name in known.as_object().unwrap().keys().map(String::as_str).chain([
        "locations",
        "dates",
        "rights",
        "funding",
        "identifiers",
        "references",
    ]) {
        for value in &wrong {
            let mut record = minimal_record("Wrong");
            record["metadata"][name] = value.clone();
            let body = app.alice.post("/api/records", &record).await.expect(201).json();
            let told = body["errors"].as_array().is_some_and(|errors| {
                errors.iter().any(|error| {
                    error["field"].as_str().unwrap().starts_with(&format!("metadata.{name}"))
                })
            });
            let harmless = [json!([]), json!("text"), json!(null)].contains(value);
            assert!(told || harmless, "{name}: {value}: {body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_plugin_is_refused_in_a_sentence() {
    let app = TestApp::new().await;
    let install = |bytes: Vec<u8>| {
        let client = app.admin.clone();
        async move {
            let reply =
                client.send(Method::POST, "/api/admin/plugins", "application/wasm", bytes).await;
            assert_eq!(reply.status, 400, "{}", reply.text());
            reply.json()["message"].as_str().unwrap().to_owned()
        }
    };
    let read = |path| std::fs::read(path).unwrap();

    assert!(install(b"#!/bin/sh\necho".to_vec()).await.contains("not"));
    assert!(install(b"\0asm\x01\0\0\0".to_vec()).await.contains("core module"));
    assert!(install(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec()).await.contains("compiled"));
    let whole = read(plugin("biotools"));
    install(whole[..whole.len() / 2].to_vec()).await;
    assert!(install(read(test_guest("greedy"))).await.contains("kv"));
    assert!(install(read(test_guest("undeclared"))).await.contains("records"));
    assert!(install(read(test_guest("watcher"))).await.contains("event-hook"));
    assert!(install(read(plugin("completeness"))).await.contains("--grant records"));
}

#[tokio::test(flavor = "multi_thread")]
async fn identifiers_in_paths_are_never_more_than_text() {
    let app = TestApp::new().await;
    for path in [
        "/api/records/..%2f..%2fetc%2fpasswd",
        "/api/records/%00",
        "/api/records/';drop%20table%20records;--",
        "/api/no-such-collection",
        "/api/No%20Name",
        "/api/records/akd9f-9vg25/draft/nothing",
    ] {
        let reply = app.alice.get(path).await;
        assert!(
            [400, 404, 501].contains(&reply.status),
            "{path}: {} {}",
            reply.status,
            reply.text()
        );
        let body: Value = reply.json();
        assert_eq!(body["status"], reply.status);
        assert!(body["message"].as_str().unwrap().len() > 10);
    }
}
