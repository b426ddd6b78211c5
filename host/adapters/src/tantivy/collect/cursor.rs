//! What a hit was sorted by, on its way out and back.

use repono_service::Result;
use serde_json::{Value as Json, json};

use super::order::{Candidate, Criterion, Order, Rank, Value};
use crate::search::cursor;

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
        cursor::encode(ranks, &candidate.key)
    }

    /// Refuses what [`Cursor::encode`] does not make for this order.
    pub(super) fn decode(text: &str, order: &Order) -> Result<Self> {
        let (ranks, key) = cursor::decode(text, &order.0, rank)?;
        Ok(Self { ranks, key })
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
