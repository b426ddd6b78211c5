//! Letting a queue go on.

use super::{QueueState, must_be_known, read};
use crate::{Context, Error, Result};

/// Hands out a queue's tasks again. Not an error if it was not paused. For administrators.
///
/// # Errors
/// `NotFound` for an unknown queue, naming those there are.
#[tracing::instrument(name = "queues.resume", skip_all, fields(queue = name))]
pub async fn resume(ctx: &Context, name: &str) -> Result<QueueState> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    must_be_known(ctx, name).await?;
    if ctx.queue.resume(name).await? {
        tracing::info!(queue = name, "the queue {name} goes on");
    }
    read(ctx, name).await
}
