//! What the task is asked for.

use repono_sdk::{Failure, Value};

/// Keeps a batch of long records well below what one call may return.
pub(crate) const MAX_BATCH: u32 = 1000;
const DEFAULT_BATCH: u32 = 100;

/// Which collection to score, how many records at a time.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) collection: String,
    pub(crate) batch: u32,
}

impl Payload {
    pub(crate) fn parse(payload: &Value) -> Result<Self, Failure> {
        let Some(collection) = payload["collection"].as_str().filter(|name| !name.is_empty())
        else {
            return Err(Failure::InvalidInput("name a `collection`".to_owned()));
        };
        let batch = match &payload["batch"] {
            Value::Null => Some(DEFAULT_BATCH),
            batch => batch.as_u64().and_then(|batch| u32::try_from(batch).ok()),
        };
        match batch {
            Some(batch @ 1..=MAX_BATCH) => Ok(Self { collection: collection.to_owned(), batch }),
            _ => Err(Failure::InvalidInput(format!("`batch` is between 1 and {MAX_BATCH}"))),
        }
    }
}
