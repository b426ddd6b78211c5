//! Which nodes there are.

use repono_domain::Node;

use super::SILENCE;
use crate::{Context, Error, Result};

/// A node, and whether it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeState {
    /// As it last said.
    pub node: Node,
    /// Whether it gave a sign of life within the last quarter of a minute.
    pub alive: bool,
    /// Whether it has in force what the database says.
    pub in_line: bool,
}

/// All nodes that gave a sign of life within a day. For administrators.
pub async fn list(ctx: &Context) -> Result<Vec<NodeState>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let generation = ctx.database.generation().await?;
    let now = ctx.clock.now();
    let state = |node: Node| NodeState {
        alive: node.seen.duration_until(now) <= SILENCE,
        in_line: node.generation == generation && node.problem.is_none(),
        node,
    };
    Ok(ctx.database.nodes().await?.into_iter().map(state).collect())
}
