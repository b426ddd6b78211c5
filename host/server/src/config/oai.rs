//! `[oai]`

use serde::{Deserialize, Serialize};

/// Names for harvesters.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct OaiSection {
    pub prefix: String,
}
