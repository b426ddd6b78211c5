//! The collector, as the exporter's thread sees it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use metrics::{Counter, counter};
use opentelemetry_http::{HttpClient, HttpError};
use repono_service::{Error, Result};
use reqwest::RequestBuilder;
use tokio::runtime::Handle;
use url::Url;

use crate::http_client;

/// Bytes of an answer that are read: it says little.
const LONGEST_ANSWER: usize = 64 << 10;

/// Sends on the executor, as the exporter's thread has none. Tells when the collector goes and comes.
pub(super) struct Collector {
    http: reqwest::Client,
    /// With name and password, if it has them.
    address: Url,
    executor: Handle,
    is_away: AtomicBool,
    sent: Counter,
    failed: Counter,
}

impl Collector {
    pub(super) fn new(address: Url, patience: Duration) -> Result<Self> {
        let http = http_client::builder(address.scheme() == "https", None)?
            .timeout(patience)
            .build()
            .map_err(|error| Error::internal("no HTTP client for the collector", error))?;
        Ok(Self {
            http,
            address,
            executor: Handle::current(),
            is_away: AtomicBool::new(false),
            sent: counter!(super::EXPORTS, "outcome" => "sent"),
            failed: counter!(super::EXPORTS, "outcome" => "failed"),
        })
    }

    /// Logs a change and no more: a batch is sent every few seconds.
    fn note(&self, outcome: &Result<Response<Bytes>, HttpError>) {
        let trouble = match outcome {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("it answered {}", response.status())),
            Err(error) => Some(error.to_string()),
        };
        let was_away = self.is_away.swap(trouble.is_some(), Ordering::Relaxed);
        match trouble {
            None => {
                self.sent.increment(1);
                if was_away {
                    tracing::info!("the collector takes traces again");
                }
            }
            Some(error) => {
                self.failed.increment(1);
                if !was_away {
                    tracing::warn!(
                        error,
                        "the collector takes no traces; they are lost until it does"
                    );
                }
            }
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let request = self.http.post(self.address.clone()).headers(parts.headers).body(body);
        let sent = self.executor.spawn(send(request)).await;
        let outcome = sent.unwrap_or_else(|ended| Err(ended.into()));
        self.note(&outcome);
        outcome
    }
}

async fn send(request: RequestBuilder) -> Result<Response<Bytes>, HttpError> {
    let mut answer = request.send().await.map_err(reqwest::Error::without_url)?;
    let mut response = Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        headers.extend(answer.headers().clone());
    }
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await? {
        if body.len() + part.len() > LONGEST_ANSWER {
            return Err("the answer is longer than 64 KiB".into());
        }
        body.extend_from_slice(&part);
    }
    Ok(response.body(body.into())?)
}

/// Without its address, which may hold a password.
impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}
