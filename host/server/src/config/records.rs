//! `[records]`

use serde::{Deserialize, Serialize};

/// What records may be.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct RecordsSection {
    pub max_document_bytes: usize,
}
