//! Queues: what waits in them, and whether they hand it out.

mod list;
mod pause;
mod purge;
mod resume;
mod room;
mod workers;

use std::collections::BTreeSet;

pub use list::{QueueState, list, read};
pub use pause::pause;
pub use purge::purge;
pub use resume::resume;
pub use room::MostWaiting;
pub(crate) use room::{Counts, let_in};
pub use workers::Workers;

use crate::collections::ActiveSet;
use crate::{Context, Error, Result};

/// Where tasks go whose plugin names no queue.
pub const DEFAULT: &str = "default";

/// The queues that plugins in force use, and the one of those that name none, as the repository's own do.
pub fn of_plugins(active: &ActiveSet) -> BTreeSet<String> {
    let kinds = active.plugins.values().flat_map(|active| &active.plugin.description().kinds);
    let named = kinds.map(|kind| kind.queue.clone()).filter(|queue| !queue.is_empty());
    named.chain([DEFAULT.to_owned()]).collect()
}

/// Every queue that plugins use, that has ever had a task, that is worked on here, or that is paused.
async fn known(ctx: &Context) -> Result<BTreeSet<String>> {
    let mut known = of_plugins(&ctx.active.load());
    known.extend(ctx.workers.own().map(|(queue, _)| queue.to_owned()));
    known.extend(ctx.database.queues().await?);
    known.extend(ctx.database.pauses().await?.into_iter().map(|pause| pause.queue));
    Ok(known)
}

/// Refuses a name that no queue has, and names those there are.
async fn must_be_known(ctx: &Context, queue: &str) -> Result<()> {
    let known = known(ctx).await?;
    if known.contains(queue) { Ok(()) } else { Err(unknown(queue, known)) }
}

fn unknown(queue: &str, known: impl IntoIterator<Item = String>) -> Error {
    let known = known.into_iter().collect::<Vec<_>>().join(", ");
    Error::NotFound(format!("There is no queue {queue}; there are: {known}."))
}
