//! Receivers of webhooks, and what they are told.

use async_trait::async_trait;
use jiff::Timestamp;
use repono_domain::{DeliveryState, Webhook, WebhookDelivery};

use crate::Result;

/// What became of an attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Whether the receiver has said that it has it.
    pub is_delivered: bool,
    /// The status of its answer, if there was one.
    pub status: Option<u16>,
    /// The first bytes of the answer, or why there was none.
    pub answer: String,
    /// When.
    pub at: Timestamp,
}

/// The truth about webhooks. They change by [`super::Change::InsertWebhook`] and its neighbours.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// All, by id.
    async fn webhooks(&self) -> Result<Vec<Webhook>>;

    /// One of them.
    async fn webhook(&self, id: &str) -> Result<Option<Webhook>>;

    /// What this one is to be told next.
    async fn next_delivery(&self, webhook: &str) -> Result<Option<WebhookDelivery>>;

    /// Up to `limit` deliveries, the newest first.
    async fn deliveries(&self, webhook: &str, limit: u32) -> Result<Vec<WebhookDelivery>>;

    /// Keeps what became of an attempt, and counts it: with the delivery, and with its webhook, whose
    /// failures in a row begin anew after one that was delivered. All of it or nothing. Nothing happens
    /// to a delivery that does not wait.
    async fn note_attempt(&self, delivery: &WebhookDelivery, attempt: &Attempt) -> Result<()>;

    /// Gives up what waits for this webhook since before then, and all but the newest `most`; says
    /// why in each. Answers how many.
    async fn drop_deliveries(
        &self,
        webhook: &str,
        before: Timestamp,
        most: u32,
        why: &str,
    ) -> Result<u64>;

    /// Removes deliveries that have been in this state since before then. Answers how many.
    async fn forget_deliveries(&self, state: DeliveryState, before: Timestamp) -> Result<u64>;
}
