//! Controlled vocabularies.

use async_trait::async_trait;

use crate::Result;

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Unique in its vocabulary.
    pub id: String,
    /// The whole term as JSON text, id included.
    pub json: String,
}

/// Reads vocabularies. Few and rarely changed: the service keeps them in memory.
#[async_trait]
pub trait Vocabularies: Send + Sync {
    /// Names and numbers of terms.
    async fn vocabularies(&self) -> Result<Vec<(String, u64)>>;

    /// All terms, in the order they were given.
    async fn terms(&self, vocabulary: &str) -> Result<Vec<Term>>;
}
