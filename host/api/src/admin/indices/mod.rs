//! Search indices.

pub(crate) mod list;
pub(crate) mod rebuild;
pub(crate) mod reconcile;
pub(crate) mod retry;
pub(crate) mod rollback;

use repono_service::indexing::{Drift, Filled};
use serde_json::{Map, Value, json};

/// What was found and mended.
fn shown(drift: Drift) -> Map<String, Value> {
    let reasons = drift.reasons.into_iter().map(|(id, reason)| json!({"id": id, "reason": reason}));
    let mut value = Map::new();
    for (name, count) in [
        ("compared", drift.compared),
        ("mended", drift.mended),
        ("waiting", drift.waiting),
        ("refused", drift.refused),
    ] {
        value.insert(name.to_owned(), json!(count));
    }
    value.insert("reasons".to_owned(), reasons.collect());
    value
}

/// The same of an index that was filled, with what it holds now.
fn filled(filled: Filled) -> Map<String, Value> {
    let mut value = shown(filled.drift);
    value.insert("documents".to_owned(), json!(filled.verified.documents));
    value.insert("checksum".to_owned(), json!(filled.verified.checksum));
    value.insert("left_out".to_owned(), json!(filled.verified.left_out));
    value
}
