//! What the task is asked for.

use repono_sdk::{Failure, Value, json};
use serde::Deserialize;

const MOST_FRESH_HOURS: u64 = 24 * 365;
/// Less would be no pause.
const LEAST_PAUSE_MS: u64 = 100;
const MOST_PAUSE_MS: u64 = 600_000;

/// Whose links are checked, and how gently.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Payload {
    pub(crate) collection: String,
    /// What was found out within so many hours is not asked again.
    pub(crate) fresh_hours: u64,
    /// Between two requests to one host.
    pub(crate) pause_ms: u64,
}

impl Default for Payload {
    fn default() -> Self {
        Self { collection: "records".to_owned(), fresh_hours: 24, pause_ms: 1000 }
    }
}

impl Payload {
    pub(crate) fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "collection": { "type": "string", "minLength": 1 },
                "fresh_hours": { "type": "integer", "minimum": 0, "maximum": MOST_FRESH_HOURS },
                "pause_ms": { "type": "integer", "minimum": LEAST_PAUSE_MS, "maximum": MOST_PAUSE_MS },
            },
            "additionalProperties": false,
        })
    }

    pub(crate) fn parse(payload: &Value) -> Result<Self, Failure> {
        let payload = Self::deserialize(payload).map_err(|error| {
            Failure::InvalidInput(format!("the payload cannot be read: {error}"))
        })?;
        let mut wrong = Vec::new();
        if payload.collection.is_empty() {
            wrong.push("name a `collection`".to_owned());
        }
        if payload.fresh_hours > MOST_FRESH_HOURS {
            wrong.push(format!("`fresh_hours` is {MOST_FRESH_HOURS} at most"));
        }
        if !(LEAST_PAUSE_MS..=MOST_PAUSE_MS).contains(&payload.pause_ms) {
            wrong.push(format!("`pause_ms` is between {LEAST_PAUSE_MS} and {MOST_PAUSE_MS}"));
        }
        if wrong.is_empty() { Ok(payload) } else { Err(Failure::InvalidInput(wrong.join("; "))) }
    }
}
