//! What operators see of several processes: one trace through all of them, metrics of each, and how far
//! behind the index is.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use harness::{
    Client, Collector, Program, Received, Scrape, ServerProcess, Shared, TestApp, Traffic,
    compiled_folder, documents, free_address, hexadecimal, minimal_record,
};
use http::Method;
use repono_server::app::Role;
use serde_json::{Value, json};

use super::until;

/// Not a test: the program, in the role that the tests give it.
#[test]
#[ignore = "is run by the tests of this module and does nothing by itself"]
fn program() {
    harness::run_for_parent();
}

const ENTRY: &str = "services::observed::program";

/// A process and where its metrics are.
struct Observed<P> {
    process: P,
    metrics: String,
}

fn arguments(shared: &Shared, folder: &Path, role: &[&str], more: &str) -> (Vec<String>, String) {
    let metrics = free_address();
    let file = folder.join("repono.toml");
    let config = format!(
        "{}plugins.embedded = false\ntasks.poll_ms = 50\nindexing.wait_ms = 500\n\
         indexing.poll_ms = 100\nmetrics.listen = '{metrics}'\nmetrics.count_s = 1\n{more}",
        shared.settings()
    );
    std::fs::write(&file, config).unwrap();
    let of_all = ["--config", file.to_str().unwrap(), "--data", folder.to_str().unwrap()];
    let arguments = role.iter().chain(&of_all).map(|&argument| argument.to_owned()).collect();
    (arguments, metrics)
}

async fn serve(shared: &Shared, folder: &Path, more: &str) -> Observed<ServerProcess> {
    let role = ["serve", "--alone", "--listen", "127.0.0.1:0"];
    let (arguments, metrics) = arguments(shared, folder, &role, more);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    Observed { process: ServerProcess::run(ENTRY, &arguments, folder).await, metrics }
}

fn run(shared: &Shared, folder: &Path, role: &str, more: &str) -> Observed<Program> {
    let (arguments, metrics) = arguments(shared, folder, &[role], more);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    Observed { process: Program::run(ENTRY, &arguments), metrics }
}

async fn post_in(trace: &str, client: &Client, path: &str, body: &Value) -> harness::Reply {
    let traceparent = format!("00-{trace}-b7ad6b7169203331-01");
    let headers = [("content-type", "application/json"), ("traceparent", &traceparent)];
    client.send_with(Method::POST, path, &headers, body.to_string()).await
}

fn parent<'s>(spans: &'s [Received], of: &Received) -> &'s Received {
    spans.iter().find(|span| span.span.span_id == of.span.parent_span_id).unwrap()
}

/// A node that puts the shipped plugins in force and does nothing else.
async fn brings_plugins(shared: &Shared) -> TestApp {
    shared.node_with(|app| app.roles = [Role::Serve].into()).await
}

/// A scrape of a process in which a metric has risen to one at least. The process may not have begun to
/// listen.
async fn scraped(metrics: &str, metric: &str, labels: &[(&str, &str)]) -> Scrape {
    let client = Client::of(&format!("http://{metrics}"), None);
    for _ in 0..600 {
        if client.try_send(Method::GET, "/metrics", &[], "").await.is_ok() {
            let scrape = Scrape::of(metrics).await;
            if scrape.sum(metric, labels) >= 1.0 {
                return scrape;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{metrics} tells nothing of {metric} {labels:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_goes_on_in_the_relay_and_in_a_worker() {
    const PUBLISHED: &str = "0af7651916cd43dd8448eb211c80319c";
    const ASKED: &str = "1af7651916cd43dd8448eb211c80319d";
    let (shared, collector) = (Shared::new().await, Collector::start().await);
    let bringer = brings_plugins(&shared).await;
    let folders = [compiled_folder().await, compiled_folder().await, compiled_folder().await];
    let telemetry = format!("telemetry.otlp = '{}'\n", collector.url);
    let server = serve(&shared, folders[0].path(), &telemetry).await;
    let client = &server.process.client;

    // Search is away when the record is published, so that the promise is left to the relay.
    let document: Value = serde_json::from_str(&documents("opendata", 1)[0]).unwrap();
    let draft = json!({"metadata": document, "files": {"enabled": false}});
    let id = post_in(PUBLISHED, client, "/api/opendata", &draft).await.expect(201).id();
    shared.search.set(Traffic::Refused);
    let publish = format!("/api/opendata/{id}/draft/actions/publish");
    post_in(PUBLISHED, client, &publish, &json!({})).await.expect(202);
    shared.search.set(Traffic::Passes);
    let mut relay = run(&shared, folders[1].path(), "relay", &telemetry);
    let task = json!({"kind": "completeness.score", "payload": {"collection": "opendata"}});
    post_in(ASKED, client, "/api/admin/tasks", &task).await.expect(201);
    let mut worker = run(&shared, folders[2].path(), "work", &telemetry);

    // The relay's, of what was published: it may have indexed the draft before.
    let of_publication = |spans: &[Received]| {
        let published = spans.iter().find(|span| span.span.name == "records.publish")?;
        let elsewhere = |span: &&Received| {
            span.span.parent_span_id == published.span.span_id && span.process != published.process
        };
        spans.iter().find(elsewhere).cloned()
    };
    let spans = collector.trace_when(PUBLISHED, |spans| of_publication(spans).is_some()).await;
    let batch = of_publication(&spans).unwrap();
    assert_eq!(batch.span.name, "indexing.batch");
    let parts: Vec<_> =
        spans.iter().filter(|span| span.span.parent_span_id == batch.span.span_id).collect();
    assert!(parts.iter().any(|part| part.span.name == "opendata.transform"), "{parts:?}");
    let written = parts.iter().find(|part| part.attribute("db.operation.name") == "write");
    assert_eq!(written.unwrap().attribute("db.system.name"), "opensearch");

    let wanted = ["tasks.enqueue", "tasks.work", "completeness.execute"];
    let spans = collector.trace(ASKED, &wanted).await;
    let enqueued = spans.iter().find(|span| span.span.name == "tasks.enqueue").unwrap();
    let executed = spans.iter().find(|span| span.span.name == "completeness.execute").unwrap();
    let attempt = parent(&spans, executed);
    assert_eq!(attempt.span.name, "tasks.work");
    assert_eq!(attempt.span.parent_span_id, enqueued.span.span_id);
    assert_ne!(attempt.process, enqueued.process);

    assert!(relay.process.stop() && worker.process.stop());
    drop(server);
    shared.end([bringer]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_several_traces_are_indexed_in_one_that_links_to_them() {
    const TRACES: [&str; 2] =
        ["0af7651916cd43dd8448eb211c80319c", "1af7651916cd43dd8448eb211c80319d"];
    let (shared, collector) = (Shared::new().await, Collector::start().await);
    let bringer = brings_plugins(&shared).await;
    let folders = [compiled_folder().await, compiled_folder().await];
    let telemetry = format!("telemetry.otlp = '{}'\n", collector.url);
    let server = serve(&shared, folders[0].path(), &telemetry).await;
    let client = &server.process.client;
    let mut drafts = Vec::new();
    for trace in TRACES {
        let draft = minimal_record(trace);
        let id = client.post("/api/records", &draft).await.expect(201).id();
        drafts.push((trace, format!("/api/records/{id}/draft/actions/publish")));
    }
    shared.search.set(Traffic::Refused);
    for (trace, publish) in &drafts {
        post_in(trace, client, publish, &json!({})).await.expect(202);
    }
    shared.search.set(Traffic::Passes);
    // Until the relay may take both at once.
    tokio::time::sleep(Duration::from_secs(3)).await;

    let mut relay = run(&shared, folders[1].path(), "relay", &telemetry);

    let batch = "the relay's batch";
    until_received(&collector, batch, |received| {
        let linked: BTreeSet<_> =
            received.span.links.iter().map(|link| hexadecimal(&link.trace_id)).collect();
        linked == TRACES.map(str::to_owned).into() && !TRACES.contains(&&received.trace()[..])
    })
    .await;
    assert!(relay.process.stop());
    drop(server);
    shared.end([bringer]).await;
}

async fn until_received(collector: &Collector, what: &str, wanted: impl Fn(&Received) -> bool) {
    for _ in 0..300 {
        if collector.received().iter().any(&wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what} does not come: {:?}", collector.received());
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_of_every_role_tell_their_metrics() {
    let shared = Shared::new().await;
    let bringer = brings_plugins(&shared).await;
    for role in ["relay", "work", "schedule"] {
        let folder = compiled_folder().await;
        let mut process = run(&shared, folder.path(), role, "");

        let postgres = [("db_system_name", "postgresql")];
        let asked = "db_client_operation_duration_seconds_count";
        let scrape = scraped(&process.metrics, asked, &postgres).await;

        let version = [("version", env!("CARGO_PKG_VERSION"))];
        assert_eq!(scrape.sum("repono_build_info", &version).to_string(), "1", "{role}");
        assert!(process.process.stop(), "{role}");
    }
    shared.end([bringer]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_behind_is_told_and_the_node_goes_on_serving() {
    let shared = Shared::new().await;
    let bringer = brings_plugins(&shared).await;
    let folder = compiled_folder().await;
    let server = serve(&shared, folder.path(), "indexing.lag_limit_s = 1\n").await;
    let client = &server.process.client;
    let ready = async || server.process.anonymous.get("/health/ready").await;
    assert_eq!(ready().await.expect(200).json(), json!({"status": "ok"}));

    let id = client.post("/api/records", &minimal_record("Behind")).await.expect(201).id();
    shared.search.set(Traffic::Refused);
    client.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    shared.search.set(Traffic::Passes);

    // No relay runs, so it stays as it is.
    let told = until("readiness tells of it", async || {
        Some(ready().await.expect(200)).filter(|reply| reply.json()["status"] == "degraded")
    })
    .await
    .json();
    assert_eq!(told["lagging"][0]["collection"], "records", "{told}");
    assert!(told["lagging"][0]["lag_s"].as_u64().unwrap() >= 1, "{told}");
    assert!(told["lagging"][0]["pending"].as_u64().unwrap() >= 1, "{told}");
    let of_records = [("collection", "records")];
    let scrape = scraped(&server.metrics, "repono_index_lag_seconds", &of_records).await;
    assert!(scrape.sum("repono_outbox_promises", &of_records) >= 1.0);
    server.process.anonymous.get(&format!("/api/records/{id}")).await.expect(200);

    let relaying = compiled_folder().await;
    let mut relay = run(&shared, relaying.path(), "relay", "");
    until("the relay has caught up", async || {
        Some(ready().await.expect(200)).filter(|reply| reply.json()["status"] == "ok")
    })
    .await;
    scraped(&relay.metrics, "repono_relay_promises_total", &[("outcome", "kept")]).await;
    let scrape = Scrape::of(&server.metrics).await;
    assert_eq!(scrape.sum("repono_index_lag_seconds", &of_records).to_string(), "0");

    assert!(relay.process.stop());
    drop(server);
    shared.end([bringer]).await;
}
