//! When a cluster is busy, slow, half gone or not what it should be.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use repono_service::ports::{
    IndexDefinition, IndexName, IndexWrite, ItemFailure, Page, SearchIndex as _, SearchRequest,
    Visible,
};
use repono_service::{Kind, Result};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::opensearch::layout::{Meta, Names};
use crate::opensearch::{BulkOptions, OpenSearch, SearchOptions};

const PREFIX: &str = "faults-";

/// A server that says it is a cluster with one index.
async fn cluster() -> MockServer {
    let server = MockServer::start().await;
    let root = json!({ "version": { "number": "2.19.6", "distribution": "opensearch" } });
    answer(&server, "GET", "^/$", 200, root).await;
    let meta = Meta::new(&Names::new(PREFIX).unwrap(), &index(), &IndexDefinition::default());
    let mapping = json!({ "faults-index": { "mappings": { "_meta": { "repono": meta } } } });
    answer(&server, "GET", "^/faults-index/_mapping$", 200, mapping).await;
    server
}

async fn answer(server: &MockServer, verb: &str, to: &str, status: u16, body: Value) {
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method(verb)).and(path_regex(to)).respond_with(answer).mount(server).await;
}

/// Answers writes by how often it was asked, and what for: the actions of the lines.
async fn on_bulk(
    server: &MockServer,
    answer: impl Fn(usize, Vec<Value>) -> ResponseTemplate + Send + Sync + 'static,
) {
    let count = AtomicUsize::new(0);
    let respond = move |request: &Request| {
        let lines = std::str::from_utf8(&request.body).unwrap().lines();
        let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let actions = lines.filter(|line| line.get("key").is_none() && line.get("doc").is_none());
        answer(count.fetch_add(1, Ordering::SeqCst), actions.collect())
    };
    Mock::given(method("POST")).and(path_regex("_bulk$")).respond_with(respond).mount(server).await;
}

fn outcome(statuses: &[u16]) -> ResponseTemplate {
    let item = |status: &u16| {
        let error = (*status >= 400)
            .then(|| json!({ "type": "of_some_kind", "reason": format!("because of {status}") }));
        json!({ "index": { "status": status, "error": error } })
    };
    let errors = statuses.iter().any(|status| *status >= 400);
    let items: Vec<_> = statuses.iter().map(item).collect();
    ResponseTemplate::new(200).set_body_json(json!({ "errors": errors, "items": items }))
}

fn options(urls: &[String]) -> SearchOptions {
    SearchOptions {
        urls: urls.to_vec(),
        prefix: PREFIX.to_owned(),
        connect_timeout: Duration::from_millis(500),
        request_timeout: Duration::from_secs(2),
        ..SearchOptions::new("")
    }
}

async fn connect(server: &MockServer) -> OpenSearch {
    OpenSearch::connect(&options(&[server.uri()])).await.unwrap()
}

fn on(page: Page) -> SearchRequest {
    SearchRequest { page, ..SearchRequest::all(1) }
}

fn index() -> IndexName {
    IndexName("index".to_owned())
}

async fn write(backend: &OpenSearch, keys: &[&str]) -> Result<Vec<ItemFailure>> {
    let write =
        |key: &&str| IndexWrite { key: (*key).to_owned(), version: 1, body: Some(json!({})) };
    backend.write(&index(), keys.iter().map(write).collect(), Visible::Eventually).await
}

#[tokio::test]
async fn what_a_busy_cluster_did_not_take_is_sent_again_and_nothing_else() {
    let server = cluster().await;
    on_bulk(&server, |number, actions| match number {
        0 => ResponseTemplate::new(429).set_body_json(json!({ "error": "busy" })),
        1 => {
            assert_eq!(actions.len(), 4);
            let statuses = actions.iter().map(|action| match action["index"]["_id"].as_str() {
                Some("taken") => 201,
                Some("older") => 409,
                Some("bad") => 400,
                _ => 429,
            });
            outcome(&statuses.collect::<Vec<_>>())
        }
        _ => {
            assert_eq!(actions.len(), 1);
            assert_eq!(actions[0]["index"]["_id"], "later");
            outcome(&[201])
        }
    })
    .await;
    let backend = connect(&server).await;

    let failures = write(&backend, &["taken", "older", "bad", "later"]).await.unwrap();

    let refused = ItemFailure { key: "bad".to_owned(), reason: "because of 400".to_owned() };
    assert_eq!(failures, [refused]);
}

#[tokio::test]
async fn a_cluster_that_stays_busy_is_unavailable_after_a_while() {
    let server = cluster().await;
    on_bulk(&server, |_, actions| outcome(&vec![429; actions.len()])).await;
    let (backend, start) = (connect(&server).await, Instant::now());

    let refused = write(&backend, &["a", "b"]).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::Unavailable);
    assert!((1..8).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_cluster_is_left_alone_for_as_long_as_it_says() {
    let server = cluster().await;
    let refused = Arc::new(Mutex::new(None));
    let noted = Arc::clone(&refused);
    on_bulk(&server, move |number, actions| {
        let mut refused = noted.lock().unwrap();
        if number == 0 {
            *refused = Some(Instant::now());
            let busy = ResponseTemplate::new(503).insert_header("retry-after", "1");
            return busy.set_body_json(json!({ "error": "busy" }));
        }
        let pause = refused.unwrap().elapsed();
        assert!(pause >= Duration::from_secs(1), "asked again after {pause:?}");
        outcome(&vec![201; actions.len()])
    })
    .await;
    let backend = connect(&server).await;

    let failures = write(&backend, &["a"]).await.unwrap();

    assert_eq!(failures, []);
    assert!(refused.lock().unwrap().is_some());
}

#[tokio::test]
async fn a_request_has_no_more_bytes_and_documents_than_configured() {
    let server = cluster().await;
    let sizes: Arc<Mutex<Vec<usize>>> = Arc::default();
    let noted = Arc::clone(&sizes);
    on_bulk(&server, move |_, actions| {
        noted.lock().unwrap().push(actions.len());
        outcome(&vec![201; actions.len()])
    })
    .await;
    let write_all = async |bulk: BulkOptions| {
        let options = SearchOptions { bulk, ..options(&[server.uri()]) };
        let backend = OpenSearch::connect(&options).await.unwrap();
        write(&backend, &["a", "b", "c", "d", "e"]).await.unwrap();
        let mut sizes = std::mem::take(&mut *sizes.lock().unwrap());
        sizes.sort_unstable();
        sizes
    };

    let by_documents = BulkOptions { documents: 2, ..BulkOptions::default() };
    assert_eq!(write_all(by_documents).await, [1, 2, 2]);
    let by_bytes = BulkOptions { bytes: 1, ..BulkOptions::default() };
    assert_eq!(write_all(by_bytes).await, [1; 5]);
    assert_eq!(write_all(BulkOptions::default()).await, [5]);
}

#[tokio::test]
async fn a_request_that_is_too_large_is_sent_in_parts() {
    let server = cluster().await;
    on_bulk(&server, |_, actions| {
        let alone = actions.len() == 1 && actions[0]["index"]["_id"] != "giant";
        if alone { outcome(&[201]) } else { ResponseTemplate::new(413) }
    })
    .await;
    let backend = connect(&server).await;

    let failures = write(&backend, &["a", "b", "giant", "c", "d"]).await.unwrap();

    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].key, "giant");
    assert!(failures[0].reason.contains("more than the cluster takes"), "{failures:?}");
}

#[tokio::test]
async fn deletions_alone_make_no_index() {
    let server = cluster().await;
    on_bulk(&server, |_, actions| {
        assert!(actions[0].get("update").is_some(), "{actions:?}");
        assert_eq!(actions[1]["delete"]["version_type"], "external_gte");
        outcome(&[404, 200])
    })
    .await;
    let backend = connect(&server).await;
    let deletion = IndexWrite { key: "a".to_owned(), version: 1, body: None };

    let failures = backend.write(&index(), vec![deletion], Visible::Eventually).await.unwrap();

    assert_eq!(failures, []);
}

#[tokio::test]
async fn a_node_that_is_gone_is_passed_over() {
    let server = cluster().await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let urls = [format!("http://{gone}"), server.uri()];
    let backend = OpenSearch::connect(&options(&urls)).await.unwrap();

    for _ in 0..10 {
        assert!(!backend.unclean(&index()).await.unwrap());
    }
}

#[tokio::test]
async fn a_slow_cluster_is_unavailable_in_time_and_makes_way_for_another() {
    let (slow, quick) = (cluster().await, cluster().await);
    let late = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    let counts = "_count$";
    Mock::given(path_regex(counts)).respond_with(late).mount(&slow).await;
    answer(&quick, "GET", counts, 200, json!({ "count": 3 })).await;
    let backend = OpenSearch::connect(&options(&[quick.uri(), slow.uri()])).await.unwrap();
    let start = Instant::now();

    let mut counted = Vec::new();
    for _ in 0..4 {
        counted.push(backend.count(&index()).await.map_err(|error| error.kind()));
    }

    assert_eq!(counted.iter().filter(|count| **count == Err(Kind::Unavailable)).count(), 1);
    assert_eq!(counted.last(), Some(&Ok(3)));
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
}

#[tokio::test]
async fn failures_are_told_by_their_kind() {
    let excess = "Query contains too many nested clauses; maxClauseCount is set to 1024";
    for (status, body, expected) in [
        (
            400,
            json!({ "error": { "type": "search_phase_execution_exception", "reason": "all shards failed", "root_cause": [{ "type": "query_shard_exception", "reason": excess }] } }),
            Kind::Invalid,
        ),
        (
            404,
            json!({ "error": { "type": "index_not_found_exception", "reason": "no such index" } }),
            Kind::NotFound,
        ),
        (401, json!("who are you"), Kind::Unavailable),
        (
            503,
            json!({ "error": { "type": "cluster_block_exception", "reason": "no master" } }),
            Kind::Unavailable,
        ),
        (
            400,
            json!({ "error": { "type": "parsing_exception", "reason": "unknown query" } }),
            Kind::Internal,
        ),
        (200, json!({ "unexpected": true }), Kind::Unavailable),
    ] {
        let server = cluster().await;
        answer(&server, "GET", "_count$", status, body).await;
        let backend = connect(&server).await;

        let refused = backend.count(&index()).await.unwrap_err();

        assert_eq!(refused.kind(), expected, "{status} {refused:?}");
    }
}

#[tokio::test]
async fn passwords_are_sent_and_never_told() {
    let server = cluster().await;
    let url = server.uri().replace("http://", "http://ada:s3cret@");
    let backend = OpenSearch::connect(&options(&[url])).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    drop(server);

    let refused = backend.ping().await.unwrap_err();

    assert_eq!(requests[0].headers["authorization"], "Basic YWRhOnMzY3JldA==");
    let told = format!("{refused} {refused:?}");
    assert!(!told.contains("s3cret") && !told.contains("YWRh"), "{told}");
}

#[tokio::test]
async fn an_engine_that_is_not_supported_is_refused() {
    let server = MockServer::start().await;
    let root = json!({ "version": { "number": "8.17.0" } });
    Mock::given(path("/"))
        .respond_with(ResponseTemplate::new(200).set_body_json(root))
        .mount(&server)
        .await;

    let refused = OpenSearch::connect(&options(&[server.uri()])).await.err().unwrap();

    assert_eq!(refused.kind(), Kind::Invalid);
    assert!(refused.to_string().contains("supported are OpenSearch 1.3"), "{refused}");
}

#[tokio::test]
async fn a_prefix_that_could_name_other_indices_is_refused() {
    let long = "a".repeat(51);
    for prefix in ["", "*", "_all", "a,b", "../", "A-", "-a", ".", long.as_str()] {
        let options =
            SearchOptions { prefix: prefix.to_owned(), ..SearchOptions::new("http://127.0.0.1:1") };

        let refused = OpenSearch::connect(&options).await.err().unwrap();

        assert_eq!(refused.kind(), Kind::Invalid, "{prefix}");
    }
}

#[tokio::test]
async fn a_walk_goes_on_when_the_cluster_has_let_go_of_its_point_in_time() {
    let server = cluster().await;
    let hit = json!({ "sort": ["a"] });
    let found = json!({ "timed_out": false, "hits": { "total": { "value": 9 }, "hits": [hit] } });
    let gone = json!({ "error": { "type": "search_context_missing_exception", "reason": "No search context found" } });
    answer(&server, "POST", "^/faults-index.*/_search$", 200, found).await;
    answer(&server, "POST", "point_in_time$", 200, json!({ "pit_id": "held" })).await;
    answer(&server, "POST", "^/_search$", 404, gone).await;
    let backend = connect(&server).await;
    let mut page = Page::Offset(0);

    for _ in 0..3 {
        let found = backend.search(&index(), &on(page)).await.unwrap();
        page = Page::After(found.hits[0].cursor.clone());
    }

    let asked = server.received_requests().await.unwrap();
    let of_path = |path: &str| asked.iter().filter(|request| request.url.path() == path).count();
    assert_eq!(of_path("/_search"), 2);
}

#[tokio::test]
async fn no_more_walks_than_a_few_are_held_still() {
    let server = cluster().await;
    let hit = json!({ "sort": ["a"] });
    let found = json!({ "timed_out": false, "hits": { "total": { "value": 9 }, "hits": [hit] } });
    answer(&server, "POST", "_search$", 200, found).await;
    answer(&server, "POST", "point_in_time$", 200, json!({ "pit_id": "held" })).await;
    let backend = connect(&server).await;
    let first = backend.search(&index(), &on(Page::Offset(0))).await.unwrap();

    for _ in 0..100 {
        let next = Page::After(first.hits[0].cursor.clone());
        backend.search(&index(), &on(next)).await.unwrap();
    }

    let asked = server.received_requests().await.unwrap();
    let opened = asked.iter().filter(|request| request.url.path().ends_with("point_in_time"));
    assert_eq!(opened.count(), 64);
}

#[tokio::test]
async fn a_search_that_finds_no_part_of_an_index_asks_whether_there_is_one() {
    let server = cluster().await;
    let gone = json!({ "error": { "type": "search_phase_execution_exception", "reason": "all shards failed" } });
    answer(&server, "POST", "_search$", 503, gone).await;
    let backend = connect(&server).await;

    let without_nodes = backend.search(&index(), &on(Page::Offset(0))).await.unwrap_err();
    assert_eq!(without_nodes.kind(), Kind::Unavailable);

    let missing = ResponseTemplate::new(404).set_body_json(json!({ "error": "no such index" }));
    Mock::given(path_regex("_mapping$"))
        .respond_with(missing)
        .with_priority(1)
        .mount(&server)
        .await;
    let removed = backend.search(&index(), &on(Page::Offset(0))).await.unwrap_err();
    assert_eq!(removed.kind(), Kind::NotFound);
}
