//! Requests to a cluster, and its answers.
//!
//! **Invariant:** everything is bounded: requests at a time, the time each takes, and the bytes of an
//! answer. What is asked may be asked twice without harm, so a node that does not answer is
//! followed by the next.

use std::time::Duration;

use bytes::Bytes;
use repono_service::{Error, Result};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::nodes::{Node, Nodes};
use super::options::SearchOptions;
use super::tls;
use super::trouble::Trouble;
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
    body: Bytes,
}

impl Client {
    pub(super) fn new(options: &SearchOptions) -> Result<Self> {
        let nodes = Nodes::new(options)?;
        let trust = if nodes.any_is_secure() {
            tls::verifying(options.certificates.as_deref())?
        } else {
            tls::none()?
        };
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(trust)
            .connect_timeout(options.connect_timeout)
            .pool_max_idle_per_host(options.most_requests)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("repono/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::internal("no HTTP client for the search cluster", error))?;
        let turns = Semaphore::new(options.most_requests.clamp(1, 4_096));
        Ok(Self { http, nodes, turns, timeout: options.request_timeout })
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
        request = match content {
            Content::Nothing => request,
            Content::Json(body) => request.header(CONTENT_TYPE, "application/json").body(body),
            Content::Lines(body) => request.header(CONTENT_TYPE, "application/x-ndjson").body(body),
        };
        let mut response = request.send().await.map_err(unavailable)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(unavailable)? {
            if body.len() + part.len() > LONGEST_ANSWER {
                return Err(unavailable("the answer is longer than 64 MiB"));
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer { status, body: Bytes::from(body) })
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
