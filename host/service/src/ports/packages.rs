//! Plugins as they are kept: their bytes, and which of them are in force.

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use repono_domain::{CollectionName, Digest, PluginName};

use super::{Grants, IndexName};
use crate::Result;

/// A plugin's bytes and what is known of them.
#[derive(Clone, Debug)]
pub struct Package {
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// As it says itself.
    pub name: PluginName,
    /// As it says itself.
    pub version: String,
    /// As it says itself.
    pub summary: String,
    /// What the operator lets it do.
    pub grants: Grants,
    /// When it was brought here.
    pub installed: Timestamp,
    /// The component.
    pub bytes: Bytes,
}

/// Which package of a plugin is in force, and where its collections are indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// The package in force.
    pub digest: Digest,
    /// The one before, to which a rollback leads.
    pub previous: Option<Digest>,
    /// The index of each of its collections.
    pub indices: Vec<(CollectionName, IndexName)>,
    /// Those of the package before: kept, so that a rollback finds them nearly up to date.
    pub previous_indices: Vec<(CollectionName, IndexName)>,
    /// Those that a rebuild has replaced, the last first: kept for going back to.
    pub replaced_indices: Vec<(CollectionName, IndexName)>,
    /// Since when.
    pub since: Timestamp,
}

impl Activation {
    /// The indices of a collection that rebuilds have replaced, the last first.
    pub fn replaced(&self, collection: &CollectionName) -> impl Iterator<Item = &IndexName> {
        let of_it = self.replaced_indices.iter().filter(move |(name, _)| name == collection);
        of_it.map(|(_, index)| index)
    }
}

/// Reads packages and activations.
#[async_trait]
pub trait Packages: Send + Sync {
    /// All packages, newest first, with empty `bytes`.
    async fn packages(&self) -> Result<Vec<Package>>;

    /// One package, whole.
    async fn package(&self, digest: &Digest) -> Result<Option<Package>>;

    /// What is in force, by plugin name.
    async fn activations(&self) -> Result<Vec<(PluginName, Activation)>>;

    /// Counts every [`super::Change::Activate`]: moves when and only when something came into force.
    async fn generation(&self) -> Result<u64>;
}
