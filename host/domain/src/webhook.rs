//! Receivers of what happens to records, and what they are told.

use std::fmt;

use jiff::Timestamp;

use crate::{CollectionName, RecordId, UserId};

/// A receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Who is told when it fails.
    pub owner: UserId,
    /// Where it is.
    pub url: String,
    /// Which events it is told of: `record.published`.
    pub events: Vec<String>,
    /// Of which collection; none: of all.
    pub collection: Option<CollectionName>,
    /// What signs.
    pub secret: WebhookSecret,
    /// Counts changes, from 1; attempts are none.
    pub revision: u64,
    /// When it was made.
    pub created: Timestamp,
    /// Attempts in a row that came to nothing.
    pub failures: u32,
    /// Since when it is told nothing, and why.
    pub disabled: Option<(Timestamp, String)>,
}

impl Webhook {
    /// Whether it is told of this event in this collection.
    pub fn is_told_of(&self, event: &str, collection: &CollectionName) -> bool {
        self.disabled.is_none()
            && self.events.iter().any(|wanted| wanted == event)
            && self.collection.as_ref().is_none_or(|only| only == collection)
    }
}

/// What a webhook is signed with: `whsec_` and 32 bytes in base64. Shown to nobody by mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(pub String);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// What a receiver is told of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// Its id: the same in every attempt.
    pub id: String,
    /// Which receiver.
    pub webhook: String,
    /// What happened: `record.published`.
    pub event: String,
    /// Where.
    pub collection: CollectionName,
    /// To which record.
    pub record: RecordId,
    /// What the record's revision has been since.
    pub revision: u64,
    /// Where it is on its way.
    pub state: DeliveryState,
    /// When it happened.
    pub created: Timestamp,
    /// When it was last tried, or given up.
    pub changed: Timestamp,
    /// Tries so far.
    pub attempts: u32,
    /// The status of the last answer, if there was one.
    pub status: Option<u16>,
    /// The first bytes of the last answer, or why there was none.
    pub answer: Option<String>,
}

/// Where a delivery is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Its turn comes.
    Waiting,
    /// The receiver has said that it has it.
    Delivered,
    /// It was given up.
    Dropped,
}

impl DeliveryState {
    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dropped => "dropped",
        }
    }

    /// Reads what [`DeliveryState::as_str`] wrote.
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Dropped]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}
