use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use harness::{TestApp, documents};
use http::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn importing_twice_imports_nothing_twice() {
    let app = TestApp::new().await;
    let lines = documents("records", 60).join("\n");

    let first = app
        .alice
        .send(
            Method::POST,
            "/api/records/import?publish=true&refresh=wait_for",
            "application/x-ndjson",
            lines.clone(),
        )
        .await
        .expect(200);
    let second = app
        .alice
        .send(
            Method::POST,
            "/api/records/import?publish=true&refresh=wait_for",
            "application/x-ndjson",
            lines,
        )
        .await
        .expect(200);

    assert_eq!(first.lines().last().unwrap()["created"], 60);
    assert_eq!(second.lines().last().unwrap()["known"], 60);
    let ids = |reply: &harness::Reply| {
        reply
            .lines()
            .iter()
            .filter_map(|line| line["id"].as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&first), ids(&second));
    assert_eq!(app.anonymous.get("/api/records?size=1").await.json()["hits"]["total"], 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_whose_draft_was_deleted_is_imported_again() {
    let app = TestApp::new().await;
    let line = documents("records", 1).remove(0);
    let import = async || {
        let path = "/api/records/import";
        let reply = app.alice.send(Method::POST, path, "application/x-ndjson", line.clone()).await;
        reply.expect(200).lines().remove(0)
    };

    let first = import().await;
    assert_eq!(import().await["status"], "known");
    let draft = format!("/api/records/{}/draft", first["id"].as_str().unwrap());
    app.alice.delete(&draft).await.expect(204);
    let again = import().await;

    assert_eq!(again["status"], "created");
    assert_ne!(again["id"], first["id"]);
    assert_eq!(import().await["id"], again["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_of_the_same_file_at_once_store_each_line_once() {
    let app = TestApp::new().await;
    let body = documents("records", 300).join("\n");
    let import = || {
        let path = "/api/records/import?publish=true&refresh=wait_for";
        app.alice.send(Method::POST, path, "application/x-ndjson", body.clone())
    };

    let (one, other) = tokio::join!(import(), import());

    let summary = |reply: &harness::Reply| {
        let last = reply.lines().pop().unwrap();
        (last["done"] == true, last["created"].as_u64().unwrap(), last["refused"].as_u64().unwrap())
    };
    let (one, other) = (summary(&one), summary(&other));
    assert!(one.0 && other.0, "both went to their end: {one:?}, {other:?}");
    assert_eq!((one.1 + other.1, one.2 + other.2), (300, 0));
    assert_eq!(app.anonymous.get("/api/records?size=1").await.json()["hits"]["total"], 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_line_is_refused_with_its_reasons_and_the_others_are_stored() {
    let app = TestApp::new().await;
    let good = documents("records", 2);
    let body = [
        good[0].as_bytes(),
        b"{\"metadata\": {\"title\": \"x\"}}",
        b"{\"metadata\": ",
        b"[1]",
        b"\xff\xfe",
        good[1].as_bytes(),
    ]
    .join(&b"\n"[..]);

    let reply = app
        .alice
        .send(Method::POST, "/api/records/import?publish=true", "application/x-ndjson", body)
        .await
        .expect(200);

    let lines = reply.lines();
    let statuses: Vec<_> = lines.iter().filter_map(|line| line["status"].as_str()).collect();
    assert_eq!(
        statuses,
        ["created", "refused", "refused", "refused", "refused", "created"],
        "{}",
        reply.text()
    );
    assert!(
        lines[1]["errors"]
            .as_array()
            .unwrap()
            .iter()
            .any(|error| error["field"] == "metadata.creators"),
        "{}",
        lines[1]
    );
    assert!(
        lines
            .iter()
            .filter(|line| line["status"] == "refused")
            .all(|line| line["errors"][0]["messages"][0].is_string())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_lines_are_taken_and_exported_again() {
    let app = TestApp::new().await;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(documents("opendata", 30).join("\n").as_bytes()).unwrap();

    let headers = [("content-type", "application/x-ndjson"), ("content-encoding", "gzip")];
    let reply = app
        .alice
        .send_with(
            Method::POST,
            "/api/opendata/import?publish=true",
            &headers,
            encoder.finish().unwrap(),
        )
        .await
        .expect(200);

    assert_eq!(reply.lines().last().unwrap()["created"], 30, "{}", reply.text());
    let exported = app.anonymous.get("/api/opendata/export").await.expect(200).lines();
    let ids: Vec<_> =
        exported.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 30);
    assert!(ids.is_sorted());
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_can_be_imported_too() {
    let app = TestApp::new().await;

    let reply = app
        .alice
        .send(
            Method::POST,
            "/api/records/import",
            "application/x-ndjson",
            json!({"metadata": {"title": "Half"}}).to_string(),
        )
        .await;

    let id = reply.expect(200).lines()[0]["id"].as_str().unwrap().to_owned();
    app.alice.get(&format!("/api/records/{id}/draft")).await.expect(200);
    app.anonymous.get(&format!("/api/records/{id}")).await.expect(404);
}
