//! `[indexing]`

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use repono_domain::CollectionName;
use repono_service::indexing::IndexingOptions;
use repono_service::records::Refresh;
use serde::{Deserialize, Serialize};

/// How the search index follows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct IndexingSection {
    pub refresh: RefreshSetting,
    pub wait_ms: u64,
    pub poll_ms: u64,
    pub lag_limit_s: u64,
    pub batches: usize,
    pub batch_records: u32,
    pub batch_bytes: u64,
    pub rate: u32,
    pub kept_indices: usize,
    pub reconcile_every_h: u64,
    pub of: BTreeMap<CollectionName, OfCollection>,
}

/// For one collection.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct OfCollection {
    pub refresh: RefreshSetting,
}

/// Whether answers wait until what they say can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefreshSetting {
    /// They do.
    #[serde(rename = "wait_for")]
    WaitFor,
    /// They do not.
    #[serde(rename = "false")]
    False,
}

impl From<RefreshSetting> for Refresh {
    fn from(setting: RefreshSetting) -> Self {
        match setting {
            RefreshSetting::WaitFor => Self::WaitFor,
            RefreshSetting::False => Self::Soon,
        }
    }
}

impl From<&IndexingSection> for IndexingOptions {
    fn from(section: &IndexingSection) -> Self {
        Self {
            batches: section.batches.clamp(1, 256),
            batch_records: section.batch_records.clamp(1, 10_000),
            batch_bytes: section.batch_bytes,
            wait: Duration::from_millis(section.wait_ms),
            poll: Duration::from_millis(section.poll_ms.max(10)),
            rate: NonZeroU32::new(section.rate),
            kept_indices: section.kept_indices,
            lag_limit: Duration::from_secs(section.lag_limit_s),
            reconcile_every: (section.reconcile_every_h > 0)
                .then(|| Duration::from_secs(section.reconcile_every_h.saturating_mul(3600))),
            refresh: section.refresh.into(),
            refresh_of: section
                .of
                .iter()
                .map(|(name, of)| (name.clone(), of.refresh.into()))
                .collect(),
        }
    }
}
