//! Signs of life.

use repono_domain::Node;

use super::FORGOTTEN;
use crate::queues::of_kinds;
use crate::{Context, Result};

/// Tells the others that this node lives, and what it has in force. Forgets those that have long
/// been silent. On a database of its own there is nobody to tell.
pub async fn live(ctx: &Context) -> Result<()> {
    if !ctx.settings.shared {
        return Ok(());
    }
    let now = ctx.clock.now();
    ctx.database.note_node(&this_node(ctx)).await?;
    for other in ctx.database.nodes().await? {
        if other.seen.duration_until(now) > FORGOTTEN {
            ctx.database.forget_node(&other.id).await?;
        }
    }
    Ok(())
}

/// Takes leave: the others do not wait for this node any more.
pub async fn leave(ctx: &Context) -> Result<()> {
    if !ctx.settings.shared {
        return Ok(());
    }
    ctx.database.forget_node(&ctx.node.id).await
}

/// This node, as it is at this moment.
pub(super) fn this_node(ctx: &Context) -> Node {
    let standing = ctx.standing.load();
    Node {
        seen: ctx.clock.now(),
        generation: standing.generation,
        problem: standing.problem.clone(),
        works_on: Some(ctx.workers.works_on(of_kinds(ctx))),
        ..ctx.node.clone()
    }
}
