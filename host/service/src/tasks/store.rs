//! Storing what asks for work to be done.

use repono_domain::Task;

use crate::ports::{Change, Written};
use crate::{Context, Result};

/// Carries out changes, and tells workers of the tasks that these ask for. Whoever is not told finds them by
/// looking.
///
/// # Errors
/// As those of [`Transactions::write`](crate::ports::Transactions::write); then nobody is told.
pub(crate) async fn store(ctx: &Context, changes: Vec<Change>) -> Result<Written> {
    let tasks: Vec<_> = changes.iter().filter_map(enqueued).cloned().collect();
    let written = ctx.database.write(changes).await?;
    if !tasks.is_empty() {
        ctx.queue.announce(&tasks);
    }
    Ok(written)
}

fn enqueued(change: &Change) -> Option<&Task> {
    match change {
        Change::Enqueue(task) => Some(task),
        _ => None,
    }
}
