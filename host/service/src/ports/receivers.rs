//! Receivers of webhooks, as they are spoken to.

use async_trait::async_trait;

use crate::Result;

/// A message to a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookMessage {
    /// Where to.
    pub url: String,
    /// Beside those of HTTP itself. No name twice.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// What a receiver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// The status of HTTP.
    pub status: u16,
    /// The beginning of the body; what is no UTF-8 is replaced.
    pub body: String,
}

/// Hands messages to receivers, which are strangers: an address that is not on the public network, or a
/// connection that others can read, is refused unless the operator trusts the host.
#[async_trait]
pub trait Receivers: Send + Sync {
    /// Whether messages may be sent to this URL, as far as it tells by itself: its host may turn out to
    /// be at home later.
    ///
    /// # Errors
    /// `Invalid`, with a sentence for whoever wrote the URL.
    fn check(&self, url: &str) -> Result<()>;

    /// Posts it. An answer of any status is an answer; a redirection is not followed.
    ///
    /// # Errors
    /// `Invalid`: this URL is refused, or its host is at an address that is. `Unavailable`: there was no answer in
    /// time.
    async fn post(&self, message: &WebhookMessage) -> Result<WebhookAnswer>;
}
