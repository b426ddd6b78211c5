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

use crate::tasks::kinds;
use crate::{Context, Error, Result, Services};

/// Where tasks go whose kind names no queue.
pub const DEFAULT: &str = "default";

/// The queues on which tasks of the kinds in force wait, and the default one.
pub fn of_kinds(services: &Services) -> BTreeSet<String> {
    let active = services.active.load();
    let queues = kinds::all(services, &active).map(|known| known.queue().to_owned());
    queues.chain([DEFAULT.to_owned()]).collect()
}

/// Every queue that kinds in force use, that has ever had a task, that is worked on here, or that is paused.
async fn known(ctx: &Context) -> Result<BTreeSet<String>> {
    let mut known = of_kinds(ctx);
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
