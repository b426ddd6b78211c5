//! Requests to a cluster, and its answers.
//!
//! **Invariant:** everything is bounded: requests at a time, the time each takes, and the bytes of an
//! answer. What is asked may be asked twice without harm, so a node that does not answer is
//! followed by the next.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use repono_service::ports::Traces;
use repono_service::{Error, Result};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, StatusCode, Url};
use rustls::CertificateError;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::nodes::{Node, Nodes};
use super::options::SearchOptions;
use super::trouble::Trouble;
use crate::http_client;
use crate::search::unavailable;

/// Bytes of an answer that are read.
const LONGEST_ANSWER: usize = 64 << 20;
/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_mins(1);

pub(super) struct Client {
    http: reqwest::Client,
    nodes: Nodes,
    turns: Semaphore,
    timeout: Duration,
    traces: Arc<dyn Traces>,
}

/// What is sent along.
#[derive(Clone)]
pub(super) enum Content {
    Nothing,
    Json(Bytes),
    /// One JSON document a line.
    Lines(Bytes),
}

impl From<&Value> for Content {
    fn from(value: &Value) -> Self {
        Self::Json(Bytes::from(value.to_string()))
    }
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// When it wants to be asked again, if it says so in seconds, as clusters and proxies do.
    pub(super) retry_after: Option<Duration>,
    body: Bytes,
}

impl Client {
    pub(super) fn new(options: &SearchOptions) -> Result<Self> {
        let nodes = Nodes::new(options)?;
        let http = http_client::builder(nodes.any_is_secure(), options.certificates.as_deref())?
            .connect_timeout(options.connect_timeout)
            .pool_max_idle_per_host(options.most_requests)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|error| Error::internal("no HTTP client for the search cluster", error))?;
        let turns = Semaphore::new(options.most_requests.clamp(1, 4_096));
        let traces = Arc::clone(&options.traces);
        Ok(Self { http, nodes, turns, timeout: options.request_timeout, traces })
    }

    /// How long a request may take.
    pub(super) fn patience(&self) -> Duration {
        self.timeout
    }

    /// Asks a node, and if it does not answer at all, the next. Whatever status it answers with is
    /// the caller's to judge.
    pub(super) async fn send(
        &self,
        method: &Method,
        path: &str,
        content: Content,
    ) -> Result<Answer> {
        let deadline = Instant::now() + self.timeout;
        let late = |_| unavailable(format!("no answer within {} s", self.timeout.as_secs_f32()));
        let turn = timeout_at(deadline, self.turns.acquire()).await.map_err(late)?;
        let _turn = turn.map_err(unavailable)?;
        let mut last = None;
        for node in self.nodes.in_turn() {
            match timeout_at(deadline, self.ask_node(node, method, path, content.clone())).await {
                Ok(Ok(answer)) => {
                    node.answered();
                    return Ok(answer);
                }
                Ok(Err(error)) => {
                    self.nodes.did_not_answer(node);
                    last = Some(error);
                }
                Err(elapsed) => {
                    self.nodes.did_not_answer(node);
                    return Err(late(elapsed));
                }
            }
        }
        Err(last.unwrap_or_else(|| unavailable("there are no nodes")))
    }

    /// The same for what is to be answered with success.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        content: Content,
    ) -> Result<T> {
        let answer = self.send(method, path, content).await?;
        if answer.status.is_success() { answer.read() } else { Err(answer.trouble().into()) }
    }

    async fn ask_node(
        &self,
        node: &Node,
        method: &Method,
        path: &str,
        content: Content,
    ) -> Result<Answer> {
        let url = node.url.join(path).map_err(|error| Error::internal("search", error))?;
        let mut request = self.http.request(method.clone(), url);
        if let Some(authorization) = &node.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        if let Some(trace) = self.traces.current() {
            request = request.header("traceparent", trace.to_string());
        }
        request = match content {
            Content::Nothing => request,
            Content::Json(body) => request.header(CONTENT_TYPE, "application/json").body(body),
            Content::Lines(body) => request.header(CONTENT_TYPE, "application/x-ndjson").body(body),
        };
        let mut response = request.send().await.map_err(|error| not_reached(&node.url, error))?;
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|value| value.trim().parse().ok());
        let retry_after = retry_after.map(Duration::from_secs);
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(unavailable)? {
            if body.len() + part.len() > LONGEST_ANSWER {
                return Err(unavailable("the answer is longer than 64 MiB"));
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer { status, retry_after, body: Bytes::from(body) })
    }
}

/// Says what an operator can do where the library's words do not.
fn not_reached(url: &Url, error: reqwest::Error) -> Error {
    match refused_certificate(&error) {
        Some(why) => unavailable(format!(
            "the certificate of {url} is refused: {why}; if an authority of your own made it, search.certificates names the file that holds that authority's"
        )),
        None => unavailable(error),
    }
}

/// Errors of the network wrap what is within them, and do not call it their source.
fn refused_certificate<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> Option<&'e CertificateError> {
    if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
        return Some(why);
    }
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match wrapped {
        Some(wrapped) => refused_certificate(wrapped),
        None => refused_certificate(error.source()?),
    }
}

impl Answer {
    /// Reads what was answered.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body)
            .map_err(|error| unavailable(format!("the answer cannot be read: {error}")))
    }

    /// Why it is no success.
    pub(super) fn trouble(&self) -> Trouble {
        Trouble::read(self.status, &self.body)
    }
}
