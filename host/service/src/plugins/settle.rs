//! After something came into force, until all nodes have it.

use std::time::Duration;

use repono_domain::CollectionName;

use crate::indexing::compare;
use crate::nodes;
use crate::{Context, Result};

/// How often the other nodes are looked at, and for how long.
const LOOK: Duration = Duration::from_millis(500);
const LOOKS: u32 = 60;

/// Waits until the other nodes have followed, then compares the new indices with the database once
/// more: a node that had not followed yet wrote to the indices from before.
pub(super) async fn settle(ctx: &Context, collections: &[CollectionName]) -> Result<()> {
    let mut others = others(ctx).await?;
    if others.is_empty() {
        return Ok(());
    }
    for _ in 0..LOOKS {
        if others.is_empty() {
            break;
        }
        tokio::time::sleep(LOOK).await;
        others = self::others(ctx).await?;
        others.retain(|other| !other.in_line);
    }
    for other in others {
        tracing::warn!(
            node.name = other.node.name,
            node.id = other.node.id,
            problem = other.node.problem,
            "node {} has not followed what came into force",
            other.node.name
        );
    }
    for name in collections {
        let collection = ctx.active.load().collection(name)?;
        compare(ctx, &collection, |_| {}).await?;
    }
    Ok(())
}

async fn others(ctx: &Context) -> Result<Vec<nodes::NodeState>> {
    let mut others = nodes::list(&ctx.services.as_system()).await?;
    others.retain(|other| other.alive && other.node.id != ctx.node.id);
    Ok(others)
}
