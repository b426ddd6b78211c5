//! What a batch of writes comes to.

use std::collections::HashMap;

use repono_service::ports::{IndexWrite, ItemFailure};
use serde_json::Value;

/// What tantivy can look up as one term, and OpenSearch takes as an id.
const LONGEST_KEY: usize = 512;

/// Why a write cannot be carried out, whatever the index holds.
pub(crate) fn refusal(write: &IndexWrite) -> Option<ItemFailure> {
    let reason = match &write.body {
        _ if write.key.is_empty() => "the key is empty",
        _ if write.key.len() > LONGEST_KEY => "the key is longer than 512 bytes",
        _ if i64::try_from(write.version).is_err() => "the version is larger than can be kept",
        Some(body) if !body.is_object() => "the document is not an object",
        _ => return None,
    };
    Some(ItemFailure { key: write.key.clone(), reason: reason.to_owned() })
}

/// Of each key the write of the highest version; of equals the last.
pub(crate) fn newest<'a>(
    batch: impl Iterator<Item = &'a IndexWrite>,
) -> HashMap<&'a str, (u64, Option<&'a Value>)> {
    let mut newest: HashMap<&str, (u64, Option<&Value>)> = HashMap::new();
    for write in batch {
        let entry = newest.entry(&write.key).or_insert((write.version, write.body.as_ref()));
        if write.version >= entry.0 {
            *entry = (write.version, write.body.as_ref());
        }
    }
    newest
}
