//! Stopping a queue.

use super::{QueueState, must_be_known, read};
use crate::ports::Pause;
use crate::{Context, Error, Result};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Hands out nothing of a queue from when it answers; tasks under way end as they would, and new ones
/// are taken. For administrators.
///
/// # Errors
/// `NotFound` for an unknown queue, naming those there are.
#[tracing::instrument(name = "queues.pause", skip_all, fields(queue = name))]
pub async fn pause(ctx: &Context, name: &str, why: Option<&str>) -> Result<QueueState> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let why = reason(why)?;
    must_be_known(ctx, name).await?;
    let pause =
        Pause { queue: name.to_owned(), since: ctx.clock.now(), by: ctx.caller.user(), why };
    ctx.queue.pause(&pause).await?;
    tracing::info!(queue = name, why = pause.why, "the queue {name} is paused");
    read(ctx, name).await
}

/// What someone says something is for, if it is said and of a length that people read.
pub(super) fn reason(why: Option<&str>) -> Result<Option<String>> {
    let why = why.map(str::trim).filter(|why| !why.is_empty());
    if why.is_some_and(|why| why.chars().count() > LONGEST_REASON) {
        return Err(Error::TooLarge(format!(
            "The reason is longer than {LONGEST_REASON} characters."
        )));
    }
    Ok(why.map(str::to_owned))
}
