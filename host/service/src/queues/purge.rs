//! Emptying a queue.

use super::must_be_known;
use super::pause::reason;
use crate::{Context, Error, Result};

/// Cancels all that waits in a queue, and answers how many tasks that was. Tasks under way end as they
/// would. For administrators.
///
/// # Errors
/// `NotFound` for an unknown queue, naming those there are.
#[tracing::instrument(name = "queues.purge", skip_all, fields(queue = name))]
pub async fn purge(ctx: &Context, name: &str, why: Option<&str>) -> Result<u64> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let why = match reason(why)? {
        Some(why) => format!("its queue was purged: {why}"),
        None => "its queue was purged".to_owned(),
    };
    must_be_known(ctx, name).await?;
    let cancelled = ctx.queue.purge(name, &why).await?;
    ctx.counts.forget(name);
    tracing::info!(queue = name, cancelled, "the queue {name} was purged of {cancelled} tasks");
    Ok(cancelled)
}
