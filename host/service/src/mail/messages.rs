//! What people are told.

use repono_domain::Topic;
use serde_json::{Value, json};

use crate::{Error, Result};

/// Something that people are told; each has a template in each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Message {
    /// Somebody else has published one's record.
    RecordPublished,
    /// An administrator has deleted one's record.
    RecordDeleted,
    /// An administrator has restored one's record.
    RecordRestored,
    /// One's webhook failed too often.
    WebhookDisabled,
    /// All that waited for the daily letter.
    Digest,
}

impl Message {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::RecordPublished,
        Self::RecordDeleted,
        Self::RecordRestored,
        Self::WebhookDisabled,
        Self::Digest,
    ];

    /// As its templates are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::RecordPublished => "record-published",
            Self::RecordDeleted => "record-deleted",
            Self::RecordRestored => "record-restored",
            Self::WebhookDisabled => "webhook-disabled",
            Self::Digest => "digest",
        }
    }

    /// The message that is called so.
    ///
    /// # Errors
    /// `NotFound`, naming those there are.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|message| message.name() == name).ok_or_else(|| {
            let all = Self::ALL.map(Self::name).join(", ");
            Error::NotFound(format!("There is no template {name}; there are: {all}."))
        })
    }

    /// What it is about; none: it is made of what people have chosen already.
    pub(super) fn topic(self) -> Option<Topic> {
        match self {
            Self::RecordPublished | Self::RecordDeleted | Self::RecordRestored => {
                Some(Topic::Records)
            }
            Self::WebhookDisabled => Some(Topic::Webhooks),
            Self::Digest => None,
        }
    }

    /// Something it might be about, with every fact that its templates may use.
    pub(super) fn example(self) -> Value {
        let record = json!({
            "title": "Soil moisture in the Mur valley, 2019–2025 <raw data>",
            "collection": "records",
            "id": "5hscv-3nx11",
            "link": "https://repo.example.org/records/5hscv-3nx11",
        });
        match self {
            Self::RecordPublished | Self::RecordRestored => record,
            Self::RecordDeleted => {
                let mut record = record;
                record["note"] = json!("It holds personal data.");
                record
            }
            Self::WebhookDisabled => json!({
                "id": "0197f2a4-7d1c-7b3e-9d0c-0242ac130003",
                "url": "https://receiver.example.org/hook",
                "failures": 50,
                "why": "it answered 500: out of order",
            }),
            Self::Digest => json!({
                "items": [{"subject": "Your record was published", "date": "2026-11-27", "link": record["link"]}],
                "more": 3,
                "given_up": [{"kind": "repono.mail", "count": 2}],
            }),
        }
    }
}
