//! Which nodes there are.

use repono_domain::Node;

use super::SILENCE;
use super::live::this_node;
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

/// This node, and all others that gave a sign of life within a day. For administrators.
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
    let mut nodes = ctx.database.nodes().await?;
    nodes.retain(|node| node.id != ctx.node.id);
    nodes.push(this_node(ctx));
    nodes.sort_by(|a, b| (&a.name, a.started, &a.id).cmp(&(&b.name, b.started, &b.id)));
    Ok(nodes.into_iter().map(state).collect())
}
