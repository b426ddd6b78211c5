//! `[limits]`

use repono_service::limits::{Limits, Rate};
use serde::{Deserialize, Serialize};

/// How many requests one caller may make.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct LimitsSection {
    pub guest: Vec<Rate>,
    pub user: Vec<Rate>,
}

impl From<&LimitsSection> for Limits {
    fn from(section: &LimitsSection) -> Self {
        Self { guest: section.guest.clone(), user: section.user.clone() }
    }
}
