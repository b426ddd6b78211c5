//! Where to go on: what a hit was sorted by, and its key.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use repono_service::{Error, Result};
use serde_json::{Value as Json, json};

use super::order::{Candidate, Criterion, Order, Rank, Value};

pub(super) struct Cursor {
    pub(super) ranks: Vec<Rank>,
    pub(super) key: String,
}

impl Cursor {
    pub(super) fn encode(candidate: &Candidate) -> String {
        let ranks = candidate.ranks.iter().map(|rank| match rank {
            None => Json::Null,
            Some(Value::Number(number)) => json!(number),
            Some(Value::Keyword(word)) => json!(word),
        });
        let parts: Vec<Json> = ranks.chain([json!(candidate.key)]).collect();
        BASE64_URL_SAFE_NO_PAD.encode(Json::Array(parts).to_string())
    }

    /// Refuses what [`Cursor::encode`] does not make for this order.
    pub(super) fn decode(text: &str, order: &Order) -> Result<Self> {
        let invalid = || Error::Invalid("the cursor is not one of this search".to_owned());
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
        let mut parts: Vec<Json> = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
        let Some(Json::String(key)) = parts.pop() else { return Err(invalid()) };
        if parts.len() != order.0.len() {
            return Err(invalid());
        }
        let ranks = order
            .0
            .iter()
            .zip(parts)
            .map(|(criterion, part)| rank(criterion, part).ok_or_else(invalid));
        Ok(Self { ranks: ranks.collect::<Result<_>>()?, key })
    }
}

fn rank(criterion: &Criterion, part: Json) -> Option<Rank> {
    match (criterion, part) {
        (Criterion::Score, Json::Null) => None,
        (_, Json::Null) => Some(None),
        (Criterion::Score | Criterion::Number { .. }, part) => {
            part.as_u64().map(|number| Some(Value::Number(number)))
        }
        (Criterion::Keyword { .. }, Json::String(word)) => Some(Some(Value::Keyword(word))),
        _ => None,
    }
}
