//! `[data]`

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where everything is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct DataSection {
    pub dir: PathBuf,
    pub warn_free_bytes: u64,
}
