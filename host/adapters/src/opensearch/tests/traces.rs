//! Requests are a part of the trace that they are made in.

use std::sync::Arc;

use repono_service::ports::SearchIndex as _;
use repono_service::ports::contract::HeldTrace;
use serde_json::json;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::opensearch::{OpenSearch, SearchOptions};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn every_request_carries_where_in_its_trace_it_was_made() {
    let server = MockServer::start().await;
    let root = json!({ "version": { "number": "2.19.6", "distribution": "opensearch" } });
    let health = json!({ "status": "green" });
    for (at, body) in [("/", root), ("/_cluster/health/repono-*", health)] {
        Mock::given(method("GET"))
            .and(path(at))
            .and(header("traceparent", TRACE))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .expect(1)
            .mount(&server)
            .await;
    }
    let options = SearchOptions {
        traces: Arc::new(HeldTrace(TRACE.parse().unwrap())),
        ..SearchOptions::new(server.uri())
    };

    let search = OpenSearch::connect(&options).await.unwrap();
    search.ping().await.unwrap();

    assert_eq!(search.system(), "opensearch");
}
