//! `[doi]`

use serde::{Deserialize, Serialize};

/// DOIs that are minted here.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct DoiSection {
    pub prefix: String,
    pub resolver: String,
}
