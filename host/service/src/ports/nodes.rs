//! The processes of the repository, and which of them does what only one may do.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use repono_domain::Node;

use crate::Result;

/// Knows the nodes and their duties.
#[async_trait]
pub trait Nodes: Send + Sync {
    /// The time of the one clock that all nodes go by.
    async fn time(&self) -> Result<Timestamp>;

    /// Notes a node as it says it is, in place of what was known of it.
    async fn note_node(&self, node: &Node) -> Result<()>;

    /// All that are known, by name and start.
    async fn nodes(&self) -> Result<Vec<Node>>;

    /// Forgets a node, and frees its duties.
    async fn forget_node(&self, id: &str) -> Result<()>;

    /// Whether a duty is this node's until `lease` is over: it takes the duty, or keeps it, unless
    /// it is another's at this moment.
    async fn lead(&self, duty: &str, node: &str, lease: SignedDuration) -> Result<bool>;

    /// Frees a duty if it is this node's.
    async fn resign(&self, duty: &str, node: &str) -> Result<()>;
}
