//! What an OpenTelemetry collector is to a server: a route that takes spans.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tokio::sync::watch;

/// A collector on the loopback, and what it was sent.
pub struct Collector {
    /// For `telemetry.otlp`.
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    listens: watch::Sender<bool>,
}

/// A span, and the process that sent it.
#[derive(Clone, Debug)]
pub struct Received {
    /// `service.instance.id`.
    pub process: String,
    /// As it was sent.
    pub span: Span,
}

impl Received {
    /// An attribute as text; empty if there is none.
    pub fn attribute(&self, name: &str) -> String {
        attribute(&self.span.attributes, name)
    }

    /// Its trace, in hexadecimal.
    pub fn trace(&self) -> String {
        hexadecimal(&self.span.trace_id)
    }
}

/// As traces and spans are written.
pub fn hexadecimal(id: &[u8]) -> String {
    id.iter().fold(String::new(), |written, byte| written + &format!("{byte:02x}"))
}

#[derive(Clone)]
struct Route {
    received: Arc<Mutex<Vec<Received>>>,
    listens: watch::Receiver<bool>,
}

impl Collector {
    /// One that takes what comes.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (listens, listening) = watch::channel(true);
        let received = Arc::default();
        let route = Route { received: Arc::clone(&received), listens: listening };
        let router = Router::new().route("/v1/traces", post(take)).with_state(route);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received, listens }
    }

    /// Whether it takes what comes; else it keeps whoever sends waiting.
    pub fn listens(&self, listens: bool) {
        self.listens.send_replace(listens);
    }

    /// All that it was sent.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The spans of a trace, once they are all there that `wanted` names.
    ///
    /// # Panics
    /// When they do not come.
    pub async fn trace(&self, trace: &str, wanted: &[&str]) -> Vec<Received> {
        let is_there = |spans: &[Received], name: &str| {
            spans.iter().any(|received| received.span.name == name)
        };
        self.trace_when(trace, |spans| wanted.iter().all(|name| is_there(spans, name))).await
    }

    /// The spans of a trace, once they are as they must be.
    ///
    /// # Panics
    /// When they never are.
    pub async fn trace_when(
        &self,
        trace: &str,
        complete: impl Fn(&[Received]) -> bool,
    ) -> Vec<Received> {
        for _ in 0..600 {
            let mut spans = self.received();
            spans.retain(|received| received.trace() == trace);
            if complete(&spans) {
                return spans;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let told = |received: Received| (received.trace(), received.span.name);
        panic!(
            "not all of {trace}: {:?}",
            self.received().into_iter().map(told).collect::<Vec<_>>()
        );
    }
}

async fn take(State(mut route): State<Route>, body: Bytes) -> StatusCode {
    if route.listens.wait_for(|listens| *listens).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let Ok(request) = ExportTraceServiceRequest::decode(body) else {
        return StatusCode::BAD_REQUEST;
    };
    let mut received = route.received.lock().unwrap();
    for of_process in request.resource_spans {
        let resource = of_process.resource.unwrap_or_default();
        let process = attribute(&resource.attributes, "service.instance.id");
        let spans = of_process.scope_spans.into_iter().flat_map(|scope| scope.spans);
        received.extend(spans.map(|span| Received { process: process.clone(), span }));
    }
    StatusCode::OK
}

fn attribute(attributes: &[KeyValue], name: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == name);
    match found.and_then(|attribute| attribute.value.clone()?.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(flag)) => flag.to_string(),
        _ => String::new(),
    }
}
