//! What is known of search indices beside what is in them.

use async_trait::async_trait;
use jiff::Timestamp;
use repono_domain::{CollectionName, Digest};

use super::IndexName;
use crate::Result;

/// An index that is being filled to take the place of a collection's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Whose records.
    pub collection: CollectionName,
    /// The index.
    pub index: IndexName,
    /// The package that shapes its documents: another would fill another index.
    pub plugin: Digest,
    /// Since when.
    pub started: Timestamp,
    /// When it was last heard of.
    pub updated: Timestamp,
    /// Records that it has come past.
    pub done: u64,
    /// Records that there were when it began.
    pub total: u64,
}

/// A comparison of a collection's index with the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Whose records.
    pub collection: CollectionName,
    /// The index.
    pub index: IndexName,
    /// When it began.
    pub started: Timestamp,
    /// When it was over.
    pub ended: Timestamp,
    /// Records compared.
    pub compared: u64,
    /// Records whose documents were missing, old, or too many, and no longer are.
    pub mended: u64,
    /// Records whose documents were behind, and promised to follow.
    pub waiting: u64,
    /// Records that could not be mended.
    pub refused: u64,
    /// Why it broke off, if it did.
    pub problem: Option<String>,
}

/// Remembers fills and comparisons.
#[async_trait]
pub trait Indices: Send + Sync {
    /// Fills that are under way or were cut off, by collection.
    async fn fills(&self) -> Result<Vec<Fill>>;

    /// Remembers a fill, in the place of another of the same collection.
    async fn note_fill(&self, fill: &Fill) -> Result<()>;

    /// Forgets a collection's fill. Not an error if there is none.
    async fn forget_fill(&self, collection: &CollectionName) -> Result<()>;

    /// The last comparison of each collection, by collection.
    async fn comparisons(&self) -> Result<Vec<Comparison>>;

    /// Remembers a comparison, in the place of the last of the same collection.
    async fn note_comparison(&self, comparison: &Comparison) -> Result<()>;
}
