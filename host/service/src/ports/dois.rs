//! DOIs, and how far their registration is.

use async_trait::async_trait;
use repono_domain::{Doi, DoiProgress, RecordId};

use crate::Result;

/// Which DOIs are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoiFilter {
    /// Only of which the registration is so far.
    pub progress: Option<DoiProgress>,
    /// Only of versions and works after this one.
    pub after: Option<RecordId>,
    /// At most so many.
    pub limit: u32,
}

/// Reads what is kept of DOIs. They change by [`super::Change::FollowDoi`] and its neighbours.
#[async_trait]
pub trait Dois: Send + Sync {
    /// The DOI of a version or a work.
    async fn doi(&self, record: RecordId) -> Result<Option<Doi>>;

    /// DOIs in the order of the ids of what they name.
    async fn dois(&self, filter: &DoiFilter) -> Result<Vec<Doi>>;

    /// How many there are whose registration is so far.
    async fn count_dois(&self, progress: DoiProgress) -> Result<u64>;
}
