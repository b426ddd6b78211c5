//! Following what other nodes have put in force.

use std::sync::Arc;

use super::Standing;
use crate::{Context, Result, plugins};

/// Brings what this node has in force in line with the database, if that has moved. What it cannot
/// load it keeps as it was; its standing says so.
pub async fn follow(ctx: &Context) -> Result<()> {
    let generation = ctx.database.generation().await?;
    let before = ctx.standing.load();
    if before.generation == generation && before.problem.is_none() {
        return Ok(());
    }
    // Who changes something here right now is ahead of the database.
    let Ok(_here) = ctx.activation.try_lock() else { return Ok(()) };
    let problems = plugins::load_all(ctx).await?;
    let standing = if problems.is_empty() {
        Standing { generation, problem: None }
    } else {
        Standing { generation: before.generation, problem: Some(problems.join(" ")) }
    };
    if standing.generation != before.generation {
        tracing::info!(generation, "this node follows generation {generation}");
    }
    ctx.standing.store(Arc::new(standing));
    Ok(())
}
