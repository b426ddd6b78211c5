//! What Prometheus is told.

use std::path::Path;
use std::time::Duration;

use harness::{
    Client, Scrape, ServerProcess, TestApp, data_folder, free_address, minimal_record, test_guest,
};
use http::Method;
use serde_json::{Value, json};

/// Not a test: the program that the tests ask.
#[test]
#[ignore = "is run by the tests of this module and does nothing by itself"]
fn program() {
    harness::run_for_parent();
}

async fn start(folder: &Path, metrics: &str, more: &str) -> ServerProcess {
    let file = folder.join("repono.toml");
    let config = format!(
        "server.listen = '127.0.0.1:0'\nplugins.embedded = false\ntasks.poll_ms = 50\n\
         metrics.listen = '{metrics}'\nmetrics.count_s = 1\n{more}"
    );
    std::fs::write(&file, config).unwrap();
    let arguments =
        ["serve", "--config", file.to_str().unwrap(), "--data", folder.to_str().unwrap()];
    ServerProcess::run("metrics::program", &arguments, folder).await
}

async fn publish(client: &Client, title: &str) -> String {
    let id = client.post("/api/records", &minimal_record(title)).await.expect(201).id();
    client.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    id
}

async fn run_to_its_end(client: &Client, kind: &str, payload: &Value) -> Value {
    let task = json!({"kind": kind, "payload": payload});
    let id = client.post("/api/admin/tasks", &task).await.expect(201).id();
    for _ in 0..600 {
        let task = client.get(&format!("/api/admin/tasks/{id}")).await.expect(200).json();
        if !["queued", "running"].contains(&task["state"].as_str().unwrap()) {
            return task;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the task {id} does not come to an end");
}

/// A scrape after what waits was counted again.
async fn counted_anew(address: &str) -> Scrape {
    const COUNTED: &str = "repono_backlog_counted_timestamp_seconds";
    let before = Scrape::of(address).await.sum(COUNTED, &[]);
    for _ in 0..300 {
        let scrape = Scrape::of(address).await;
        if scrape.sum(COUNTED, &[]) > before {
            return scrape;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("what waits is not counted");
}

const DURATION: &str = "http_server_request_duration_seconds_count";
const DATABASE: &str = "db_client_operation_duration_seconds_count";
const SEARCH: &str = "repono_search_request_duration_seconds_count";
const PLUGIN: &str = "repono_plugin_call_duration_seconds_count";

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_tells_of_all_that_was_done_and_of_nobody_who_asked_for_it() {
    let (folder, address) = (data_folder().await, free_address());
    let server = start(folder.path(), &address, "").await;
    let (client, anonymous) = (&server.client, &server.anonymous);
    let before = Scrape::of(&address).await;

    let id = publish(client, "Tides at Ostend").await;
    for _ in 0..3 {
        anonymous.get(&format!("/api/records/{id}")).await.expect(200);
    }
    anonymous.get("/api/records?q=ostend").await.expect(200);
    anonymous.get("/nowhere/at/all").await.expect(404);
    let payload = json!({"collection": "records"});
    assert_eq!(run_to_its_end(client, "completeness.score", &payload).await["state"], "succeeded");

    let after = counted_anew(&address).await;
    let rose =
        |name: &str, labels: &[(&str, &str)]| after.sum(name, labels) - before.sum(name, labels);
    let requests = |method: &str, route: &str, status: &str| {
        let labels = [
            ("http_request_method", method),
            ("http_route", route),
            ("http_response_status_code", status),
        ];
        rose(DURATION, &labels)
    };
    let expected = |name: &str, labels: &[(&str, &str)], count: f64| {
        let risen = rose(name, labels);
        assert!((risen - count).abs() < f64::EPSILON, "{name} {labels:?} rose by {risen}");
    };
    assert_eq!(requests("POST", "/api/{collection}", "201").to_string(), "1");
    assert_eq!(requests("GET", "/api/{collection}/{id}", "200").to_string(), "3");
    assert_eq!(
        requests("POST", "/api/{collection}/{id}/draft/actions/publish", "202").to_string(),
        "1"
    );
    expected(DURATION, &[("http_response_status_code", "404")], 1.0);
    expected("http_server_active_requests", &[], 0.0);
    expected("repono_cache_lookups_total", &[("result", "miss")], 1.0);
    // Two of its page, and one of the list.
    expected("repono_cache_lookups_total", &[("result", "hit")], 3.0);
    expected(SEARCH, &[("operation", "search"), ("outcome", "ok")], 1.0);
    assert!(rose(SEARCH, &[("operation", "write"), ("outcome", "ok")]) >= 1.0);
    expected(
        PLUGIN,
        &[("plugin_name", "rdm"), ("plugin_function", "check"), ("outcome", "ok")],
        1.0,
    );
    expected(
        PLUGIN,
        &[("plugin_name", "completeness"), ("plugin_function", "execute"), ("outcome", "ok")],
        1.0,
    );
    expected(
        "repono_task_duration_seconds_count",
        &[("kind", "completeness.score"), ("outcome", "succeeded")],
        1.0,
    );
    for (operation, table) in
        [("SELECT", "records"), ("UPDATE", "tasks"), ("TRANSACTION", "tasks"), ("INSERT", "tasks")]
    {
        let labels = [
            ("db_system_name", "sqlite"),
            ("db_operation_name", operation),
            ("db_collection_name", table),
        ];
        assert!(rose(DATABASE, &labels) >= 1.0, "{operation} {table}");
    }
    assert!(rose(DATABASE, &[("db_operation_name", "BATCH")]) >= 2.0);
    assert!(rose("db_client_connection_wait_time_seconds_count", &[]) >= 1.0);
    assert!(after.sum("db_client_connection_max", &[]) >= 1.0);

    for (metric, kind) in [
        ("http_server_request_duration_seconds", "histogram"),
        ("http_server_active_requests", "gauge"),
        ("repono_cache_lookups_total", "counter"),
        ("repono_index_lag_seconds", "gauge"),
        ("repono_outbox_promises", "gauge"),
        ("repono_index_quarantined_records", "gauge"),
        ("repono_plugins_generation", "gauge"),
        ("process_cpu_seconds_total", "counter"),
        ("process_resident_memory_bytes", "gauge"),
        ("process_open_fds", "gauge"),
        ("process_start_time_seconds", "gauge"),
    ] {
        assert_eq!(after.kind(metric), Some(kind), "{metric}");
    }
    assert!(after.sum("process_resident_memory_bytes", &[]) > 1e6);
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    assert_eq!(after.sum("repono_build_info", &version).to_string(), "1");
    for (name, value) in after.labels() {
        let told = [&id[..], "ostend", "Ostend", "localhost"];
        assert!(!told.iter().any(|told| value.contains(told)), "the label {name} is {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_is_in_the_guide() {
    let (folder, address) = (data_folder().await, free_address());
    let server = start(folder.path(), &address, "").await;
    publish(&server.client, "A guide").await;
    run_to_its_end(&server.client, "completeness.score", &json!({"collection": "records"})).await;

    let scrape = counted_anew(&address).await;

    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let unsaid: Vec<_> =
        scrape.metrics().filter(|metric| !guide.contains(&format!("`{metric}`"))).collect();
    assert!(unsaid.is_empty(), "docs/operating.md does not tell of {unsaid:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_told_apart_by_how_they_ended() {
    let app = TestApp::new().await;
    app.activate(&test_guest("naughty"), &[]).await;
    let (folder, address) = (app.stop().await, free_address());
    let limits = "plugins.limits.check_ms = 4000\nplugins.limits.check_per_document_ms = 0\n\
                  plugins.limits.calls_per_plugin = 1\nplugins.limits.waiting_per_plugin = 1\nplugins.limits.wait_ms = 1000\n";
    let server = start(folder.path(), &address, limits).await;
    let ask = async |act: &str| {
        let draft = json!({"metadata": {"do": act}, "files": {"enabled": false}});
        server.client.post("/api/naughty", &draft).await.status
    };

    assert_eq!(ask("nothing at all").await, 201);
    for act in ["trap", "memory", "nonsense"] {
        assert_eq!(ask(act).await, 503, "{act}");
    }
    // One has the plugin for itself until its time is over, which is longer than the other waits.
    let both = tokio::join!(ask("loop"), ask("loop"));
    assert_eq!(both, (503, 503));

    let scrape = Scrape::of(&address).await;
    let outcomes = ["ok", "trap", "out_of_memory", "invalid_answer", "timeout", "busy"];
    let counted = outcomes.map(|outcome| {
        let labels =
            [("plugin_name", "naughty"), ("plugin_function", "check"), ("outcome", outcome)];
        (outcome, scrape.sum(PLUGIN, &labels).to_string())
    });
    assert_eq!(counted, outcomes.map(|outcome| (outcome, "1".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_unless_the_operator_says_where() {
    let app = TestApp::new().await;

    assert_eq!(app.app.metrics_address(), None);
    app.admin.get("/metrics").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_for_metrics_answers_nothing_else() {
    let app = TestApp::with(|app| "127.0.0.1:0".clone_into(&mut app.config.metrics.listen)).await;
    let address = app.app.metrics_address().unwrap();
    let client = Client::of(&format!("http://{address}"), None);

    assert!(Scrape::of(&address.to_string()).await.kind("repono_build_info").is_some());
    client.get("/api/records").await.expect(404);
    client.send(Method::POST, "/metrics", "text/plain", "").await.expect(405);
    app.admin.get("/metrics").await.expect(404);
}
