//! Search indices.

pub(crate) mod list;
pub(crate) mod rebuild;
pub(crate) mod reconcile;

use repono_service::indexing::Drift;
use serde_json::{Map, Value, json};

/// What was found and mended.
fn shown(drift: Drift) -> Map<String, Value> {
    let refused = drift.refused.into_iter().map(|(id, reason)| json!({"id": id, "reason": reason}));
    let mut value = Map::new();
    value.insert("compared".to_owned(), json!(drift.compared));
    value.insert("mended".to_owned(), json!(drift.mended));
    value.insert("refused".to_owned(), refused.collect());
    value
}
