//! Signs of life.

use repono_domain::Node;

use super::FORGOTTEN;
use crate::{Context, Result};

/// Tells the others that this node lives, and what it has in force. Forgets those that have long
/// been silent.
pub async fn live(ctx: &Context) -> Result<()> {
    let (now, standing) = (ctx.clock.now(), ctx.standing.load());
    let node = Node {
        seen: now,
        generation: standing.generation,
        problem: standing.problem.clone(),
        ..ctx.node.clone()
    };
    ctx.database.note_node(&node).await?;
    for other in ctx.database.nodes().await? {
        if other.seen.duration_until(now) > FORGOTTEN {
            ctx.database.forget_node(&other.id).await?;
        }
    }
    Ok(())
}

/// Takes leave: the others do not wait for this node any more.
pub async fn leave(ctx: &Context) -> Result<()> {
    ctx.database.forget_node(&ctx.node.id).await
}
