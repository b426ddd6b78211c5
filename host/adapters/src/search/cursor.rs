//! Where to go on: what a hit was sorted by, and its key.
//!
//! It is opaque to callers, who may send anything: what an engine's order did not make is refused.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use repono_service::{Error, Result};
use serde_json::{Value, json};

/// Writes down what the hit was sorted by, `null` for what it does not have.
pub(crate) fn encode(ranks: impl Iterator<Item = Value>, key: &str) -> String {
    let parts: Vec<Value> = ranks.chain([json!(key)]).collect();
    BASE64_URL_SAFE_NO_PAD.encode(Value::Array(parts).to_string())
}

/// What it was sorted by, as `read` takes it for each of the `criteria`, and its key.
pub(crate) fn decode<C, R>(
    text: &str,
    criteria: &[C],
    read: impl Fn(&C, Value) -> Option<R>,
) -> Result<(Vec<R>, String)> {
    parse(text, criteria, read)
        .ok_or_else(|| Error::Invalid("the cursor is not one of this search".to_owned()))
}

fn parse<C, R>(
    text: &str,
    criteria: &[C],
    read: impl Fn(&C, Value) -> Option<R>,
) -> Option<(Vec<R>, String)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let mut parts: Vec<Value> = serde_json::from_slice(&bytes).ok()?;
    let Some(Value::String(key)) = parts.pop() else { return None };
    if parts.len() != criteria.len() {
        return None;
    }
    let ranks = criteria.iter().zip(parts).map(|(criterion, part)| read(criterion, part));
    Some((ranks.collect::<Option<_>>()?, key))
}
