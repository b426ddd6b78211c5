//! Requests of plugins, sent over HTTP/1.1 with and without TLS.
//!
//! **Invariant:** what may go to public addresses alone connects to no other, whatever a name resolves
//! to, and no redirection is followed.

#[cfg(test)]
mod tests;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use repono_service::ports::{
    FetchBounds, FetchFailure, FetchRequest, FetchResponse, FetchTarget, Fetched, Fetcher, Reach,
};
use repono_service::{Error, Result};
use reqwest::{Client, Response};
use url::{Host, Url};

use crate::http_client;
use crate::public_address::{NotPublic, PublicAddresses, is_public};

/// How long a connection is kept that nobody uses: the next batch of a task may.
const IDLE: Duration = Duration::from_secs(10);
/// So many of them to one host.
const IDLE_PER_HOST: usize = 2;

/// Sends requests to the web.
pub struct Web {
    /// Connects to public addresses alone.
    public: Client,
    anywhere: Client,
}

impl Web {
    /// Trusts whom the system trusts.
    pub fn new() -> Result<Self> {
        let client = || {
            let builder = http_client::builder(true, None)?;
            Ok::<_, Error>(
                builder
                    .referer(false)
                    .pool_idle_timeout(IDLE)
                    .pool_max_idle_per_host(IDLE_PER_HOST),
            )
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| Error::internal("no client for the web", error))
        };
        Ok(Self {
            public: build(client()?.dns_resolver(Arc::new(PublicAddresses)))?,
            anywhere: build(client()?)?,
        })
    }

    fn client(&self, target: &FetchTarget) -> Result<&Client, FetchFailure> {
        match target.reach {
            Reach::Anywhere => Ok(&self.anywhere),
            // An address in a URL asks no resolver.
            Reach::Public if names_other_than_public(&target.url) => Err(not_public(&target.url)),
            Reach::Public => Ok(&self.public),
        }
    }
}

#[async_trait]
impl Fetcher for Web {
    async fn fetch(
        &self,
        target: &FetchTarget,
        request: FetchRequest,
        bounds: FetchBounds,
    ) -> Fetched {
        let client = self.client(target)?;
        let asked = client
            .request(method(&request.method)?, target.url.clone())
            .headers(headers(&request.headers)?)
            .timeout(bounds.timeout);
        let asked = if request.body.is_empty() { asked } else { asked.body(request.body) };
        let answer = asked.send().await.map_err(|error| failure(&error, &target.url, bounds))?;
        Ok(FetchResponse {
            status: answer.status().as_u16(),
            headers: told(answer.headers()),
            body: body(answer, &target.url, bounds).await?,
        })
    }
}

fn names_other_than_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        Some(Host::Domain(_)) | None => false,
    }
}

fn not_public(url: &Url) -> FetchFailure {
    FetchFailure::NotPublic(url.host_str().unwrap_or_default().to_owned())
}

fn method(name: &str) -> Result<Method, FetchFailure> {
    name.parse().map_err(|_| FetchFailure::Invalid(format!("{name:?} is no method")))
}

fn headers(asked: &[(String, String)]) -> Result<HeaderMap, FetchFailure> {
    let mut headers = HeaderMap::new();
    for (name, value) in asked {
        let wrong = || FetchFailure::Invalid(format!("the header {name:?} cannot be sent"));
        let value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        headers.append(name.parse::<HeaderName>().map_err(|_| wrong())?, value);
    }
    Ok(headers)
}

fn told(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

async fn body(
    mut answer: Response,
    url: &Url,
    bounds: FetchBounds,
) -> Result<Vec<u8>, FetchFailure> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| failure(&error, url, bounds))? {
        if body.len() + part.len() > bounds.bytes {
            return Err(FetchFailure::TooLarge(bounds.bytes));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// In a sentence without the URL, which may hold what is nobody's business.
fn failure(error: &reqwest::Error, url: &Url, bounds: FetchBounds) -> FetchFailure {
    if NotPublic::caused(error) {
        return not_public(url);
    }
    if error.is_timeout() {
        return FetchFailure::TimedOut(bounds.timeout);
    }
    let causes = std::iter::successors(error.source(), |error| (**error).source());
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    let host = url.host_str().unwrap_or_default();
    FetchFailure::Unreachable(format!("{host} cannot be reached: {}", causes.join(": ")))
}
