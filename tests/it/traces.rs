//! What an OpenTelemetry collector is told.

use std::collections::HashMap;
use std::path::Path;

use harness::{
    Collector, Received, ServerProcess, data_folder, free_address, hexadecimal, minimal_record,
};
use http::Method;
use serde_json::{Value, json};

/// Not a test: the program that is traced.
#[test]
#[ignore = "is run by the tests of this module and does nothing by itself"]
fn program() {
    harness::run_for_parent();
}

const PUBLISH: &str = "POST /api/{collection}/{id}/draft/actions/publish";

async fn start(folder: &Path, collector: &str) -> ServerProcess {
    let file = folder.join("repono.toml");
    let config = format!(
        "server.listen = '127.0.0.1:0'\nplugins.embedded = false\ntasks.poll_ms = 50\n\
         telemetry.otlp = '{collector}'\n"
    );
    std::fs::write(&file, config).unwrap();
    let arguments =
        ["serve", "--config", file.to_str().unwrap(), "--data", folder.to_str().unwrap()];
    ServerProcess::run("traces::program", &arguments, folder).await
}

/// A trace that a caller began, and the span of it that calls.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

async fn post_traced(server: &ServerProcess, path: &str, body: &Value) -> harness::Reply {
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    let headers = [("content-type", "application/json"), ("traceparent", &traceparent)];
    server.client.send_with(Method::POST, path, &headers, body.to_string()).await
}

/// The names of a span and of those that it is a part of, the innermost first; the caller's comes last,
/// by its number.
fn way_up(spans: &[Received], from: &Received) -> Vec<String> {
    let by_id: HashMap<_, _> = spans.iter().map(|span| (&span.span.span_id, span)).collect();
    let mut names = vec![from.span.name.clone()];
    let mut parent = &from.span.parent_span_id;
    while let Some(found) = by_id.get(parent) {
        names.push(found.span.name.clone());
        parent = &found.span.parent_span_id;
    }
    names.push(hexadecimal(parent));
    names
}

fn ways_up(spans: &[Received], wanted: impl Fn(&Received) -> bool) -> Vec<Vec<String>> {
    spans.iter().filter(|span| wanted(span)).map(|span| way_up(spans, span)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_leads_from_the_request_to_statements_guests_and_the_search_engine() {
    let (folder, collector) = (data_folder().await, Collector::start().await);
    let server = start(folder.path(), &collector.url).await;

    let draft = minimal_record("A secret title");
    let id = post_traced(&server, "/api/records", &draft).await.expect(201).id();
    let publish = format!("/api/records/{id}/draft/actions/publish");
    post_traced(&server, &publish, &json!({})).await.expect(202);

    let wanted = [PUBLISH, "records.publish", "rdm.check", "indexing.batch", "SELECT drafts"];
    let spans = collector.trace(TRACE, &wanted).await;
    let create = ["records.create", "POST /api/{collection}", CALLER];
    assert_eq!(
        ways_up(&spans, |span| span.span.name == "rdm.check"),
        [[&["rdm.check"], &create[..]].concat()]
    );
    let written =
        ways_up(&spans, |span| span.attribute("db.query.summary").starts_with("INSERT parents"));
    assert_eq!(written, [[&["BATCH"], &create[..]].concat()]);
    let indexed = ways_up(&spans, |span| {
        span.attribute("db.system.name") == "tantivy"
            && span.attribute("db.operation.name") == "write"
    });
    assert!(
        indexed
            .iter()
            .any(|way| way[1..] == ["indexing.batch", "records.publish", PUBLISH, CALLER]),
        "{indexed:?}"
    );
    let request = spans.iter().find(|span| span.span.name == PUBLISH).unwrap();
    assert_eq!(request.attribute("http.route"), "/api/{collection}/{id}/draft/actions/publish");
    assert_eq!(request.attribute("http.request.method"), "POST");
    assert_eq!(request.attribute("http.response.status_code"), "202");
    assert_eq!(request.attribute("url.path"), publish);
    let told = format!("{spans:?}");
    assert!(!told.contains("secret"), "what is stored is in no span");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_goes_on_in_the_trace_in_which_it_was_asked_for() {
    let (folder, collector) = (data_folder().await, Collector::start().await);
    let server = start(folder.path(), &collector.url).await;

    let task = json!({"kind": "completeness.score", "payload": {"collection": "records"}});
    post_traced(&server, "/api/admin/tasks", &task).await.expect(201);

    let spans = collector.trace(TRACE, &["tasks.work", "completeness.execute"]).await;
    assert_eq!(
        ways_up(&spans, |span| span.span.name == "completeness.execute"),
        [["completeness.execute", "tasks.work", "tasks.enqueue", "POST /api/admin/tasks", CALLER]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn loops_that_look_for_work_and_probes_leave_no_trace() {
    let (folder, collector) = (data_folder().await, Collector::start().await);
    let mut server = start(folder.path(), &collector.url).await;
    for _ in 0..20 {
        server.anonymous.get("/health/ready").await.expect(200);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    server.anonymous.get("/api/records").await.expect(200);

    assert!(server.stop());

    let beginnings: Vec<_> = collector
        .received()
        .into_iter()
        .filter(|received| received.span.parent_span_id.is_empty())
        .map(|received| received.span.name)
        .collect();
    assert_eq!(beginnings, ["GET /api/{collection}"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_fails_no_request() {
    let folder = data_folder().await;
    let mut server = start(folder.path(), &format!("http://{}", free_address())).await;

    for number in 0..20 {
        let draft = minimal_record(&format!("Untold {number}"));
        let id = post_traced(&server, "/api/records", &draft).await.expect(201).id();
        let publish = format!("/api/records/{id}/draft/actions/publish");
        post_traced(&server, &publish, &json!({})).await.expect(202);
    }

    assert!(server.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_keeps_waiting_makes_nobody_wait_and_little_is_kept_for_it() {
    const REQUESTS: usize = 6_000;
    /// What waits at the most, what is being sent, and what the last seconds bring.
    const KEPT: usize = 4_096 + 3 * 512;
    let (folder, collector) = (data_folder().await, Collector::start().await);
    let mut server = start(folder.path(), &collector.url).await;
    collector.listens(false);

    let readers = (0..8).map(|_| {
        let client = server.anonymous.clone();
        tokio::spawn(async move {
            for _ in 0..REQUESTS / 8 {
                client.get("/api/records?size=1").await.expect(200);
            }
        })
    });
    for reader in readers.collect::<Vec<_>>() {
        reader.await.unwrap();
    }
    collector.listens(true);
    assert!(server.stop());

    let received = collector.received().len();
    assert!((1..=KEPT).contains(&received), "{received} spans of {REQUESTS} requests");
}
