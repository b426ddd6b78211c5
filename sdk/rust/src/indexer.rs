//! Shaping what the search engine sees.

use serde_json::{Value, json};

use crate::Call;

/// Shapes what the search engine sees of a record.
pub trait Indexer {
    /// Asked once, when the plugin is installed.
    fn indexes() -> Vec<Index>;

    /// Turns a record into a search document.
    ///
    /// The record is whole and as readers see it, with the fields of its vocabulary terms. The
    /// answer replaces `metadata` and may add other members; those that the host keeps for itself
    /// (`id`, `access`, `parent`, `versions`, …) are ignored.
    fn transform(call: &Call, collection: &str, record: Value) -> Result<Value, String>;
}

/// A collection whose search documents an [`Indexer`] shapes.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    pub(crate) collection: String,
    pub(crate) mapping: Value,
    pub(crate) version: u32,
}

impl Index {
    /// An index with the collection's own mapping.
    pub fn new(collection: &str) -> Self {
        Self { collection: collection.to_owned(), mapping: json!({ "properties": {} }), version: 1 }
    }

    /// Adds `{"properties": …}` to the collection's own mapping.
    #[must_use]
    pub fn mapping(mut self, mapping: Value) -> Self {
        self.mapping = mapping;
        self
    }

    /// A higher version than before builds the index anew.
    #[must_use]
    pub fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }
}
