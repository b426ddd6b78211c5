//! Where DOIs are registered.

use async_trait::async_trait;
use repono_domain::DoiState;
use serde_json::{Map, Value};

use crate::Result;

/// Whoever makes DOIs resolve and tells the world of them: DataCite.
///
/// Everything can be said twice. What was said when no answer came may have been heard.
///
/// # Errors
/// Of every method: `Unavailable` when it does not answer, or not in a way that can be understood, and
/// the same may work later; `Full` when it wants to be asked again after a while; `Invalid` when it
/// refuses and would refuse again, in its own words.
#[async_trait]
pub trait RegistrationAgency: Send + Sync {
    /// Makes a DOI resolve to `page` and everyone find it, with this metadata in the form of DataCite's
    /// schema. Answers how it stands then: an agency may keep some prefixes to itself.
    async fn publish(
        &self,
        doi: &str,
        page: &str,
        metadata: &Map<String, Value>,
    ) -> Result<DoiState>;

    /// Has nobody find a DOI, which resolves to `page` as far as it does: one that everyone found is
    /// registered and no more, one that is new or a draft is a draft. Answers which.
    async fn withhold(&self, doi: &str, page: &str) -> Result<DoiState>;

    /// Gives up a draft. Not an error if there is none; `Invalid` for a DOI that ever was more.
    async fn discard(&self, doi: &str) -> Result<()>;
}
