//! `[records]`

use std::time::Duration;

use repono_service::KeptRecords;
use serde::{Deserialize, Serialize};

/// What records may be.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct RecordsSection {
    pub max_document_bytes: usize,
    pub keep_drafts_days: u32,
    pub keep_deleted_days: u32,
}

impl RecordsSection {
    /// How long drafts are kept that nobody goes on with, and what deleted records said.
    pub fn kept(&self) -> KeptRecords {
        let days = |days: u32| (days > 0).then(|| Duration::from_hours(24 * u64::from(days)));
        KeptRecords { drafts: days(self.keep_drafts_days), deleted: days(self.keep_deleted_days) }
    }
}
