//! Receivers of webhooks, over HTTP.
//!
//! **Invariant:** what is connected to is an address that was looked at: names are resolved here and nowhere
//! else, and no redirection is followed.

mod resolver;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use repono_service::ports::{Receivers, WebhookAnswer, WebhookMessage};
use repono_service::{Error, Result};
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Client, Response};
use url::{Host, Url};

use self::resolver::Resolver;
use crate::http_client;
use crate::public_address::is_public;

/// So much of an answer is read.
const READ: usize = 4096;

/// How receivers are spoken to.
#[derive(Clone, Debug)]
pub struct ReceiverOptions {
    /// Hosts, names or addresses, that may be at home, and that may be spoken to in the clear.
    pub trusted: BTreeSet<String>,
    /// How long an answer may take, from the first question for its address to the end of what is read of it.
    pub timeout: Duration,
    /// PEM file of certificates that are trusted beside the system's.
    pub certificates: Option<PathBuf>,
}

/// Receivers, over HTTP.
pub struct HttpReceivers {
    client: Client,
    trusted: Arc<BTreeSet<String>>,
    timeout: Duration,
}

impl HttpReceivers {
    /// Fails only if the certificates cannot be read.
    pub fn new(options: &ReceiverOptions) -> Result<Self> {
        let trusted = options.trusted.iter().map(|host| host.to_lowercase()).collect();
        let trusted: Arc<BTreeSet<String>> = Arc::new(trusted);
        let client = http_client::builder(true, options.certificates.as_deref())?
            .dns_resolver(Resolver::new(Arc::clone(&trusted)))
            // Each may be another receiver's, and few come back at once.
            .pool_max_idle_per_host(1)
            .build()
            .map_err(|error| Error::internal("receivers cannot be spoken to", error))?;
        Ok(Self { client, trusted, timeout: options.timeout })
    }

    fn judge(&self, url: &str) -> Result<Url> {
        let refused = |why: &str| Error::Invalid(format!("the receiver's URL {why}"));
        // Never with the URL: it may hold a password.
        let url = Url::parse(url).map_err(|error| refused(&format!("cannot be read: {error}")))?;
        let host = url.host().ok_or_else(|| refused("names no host"))?.to_owned();
        let name = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_lowercase();
        let is_trusted = self.trusted.contains(&name);
        match url.scheme() {
            "https" => {}
            "http" if is_trusted => {}
            "http" => {
                return Err(refused(&format!(
                    "begins with http://, so that others could read along: use https://, or let the operator add {name} to webhooks.trusted_hosts"
                )));
            }
            _ => return Err(refused("begins with neither https:// nor http://")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("holds a password: messages are signed instead"));
        }
        let address = match host {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        };
        match address {
            Some(address) if !is_trusted && !is_public(address) => {
                Err(refused(&resolver::not_public(&name, address)))
            }
            _ => Ok(url),
        }
    }
}

#[async_trait]
impl Receivers for HttpReceivers {
    fn check(&self, url: &str) -> Result<()> {
        self.judge(url).map(drop)
    }

    async fn post(&self, message: &WebhookMessage) -> Result<WebhookAnswer> {
        let url = self.judge(&message.url)?;
        let mut request = self.client.post(url).body(message.body.clone());
        request = request.header(CONTENT_TYPE, "application/json");
        for (name, value) in &message.headers {
            let value = HeaderValue::from_str(value)
                .map_err(|error| Error::internal(format!("no value of {name}"), error))?;
            request = request.header(HeaderName::from_static(name), value);
        }
        let exchange = async { read(request.send().await?).await };
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                let error = error.without_url();
                match resolver::refusal(&error) {
                    Some(why) => Err(Error::Invalid(format!("the receiver's URL {why}"))),
                    None => Err(Error::unavailable("receiver", error)),
                }
            }
            Err(_) => {
                let seconds = self.timeout.as_secs_f64();
                Err(Error::unavailable("receiver", format!("no answer within {seconds} s")))
            }
        }
    }
}

/// The status, and the beginning of the body. An answer that breaks off before is none.
async fn read(mut response: Response) -> reqwest::Result<WebhookAnswer> {
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while body.len() < READ
        && let Some(chunk) = response.chunk().await?
    {
        body.extend_from_slice(&chunk[..chunk.len().min(READ - body.len())]);
    }
    Ok(WebhookAnswer { status, body: String::from_utf8_lossy(&body).into_owned() })
}
