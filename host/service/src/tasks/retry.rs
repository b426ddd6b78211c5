//! Trying a task again.

use repono_domain::{Task, TaskId, TaskState};

use super::read;
use crate::{Context, Error, Result};

/// Queues a dead or cancelled task anew; it goes on from its last checkpoint. What was not done because
/// of it waits for it again. For administrators.
///
/// # Errors
/// `Conflict` if it is neither, or if a task before it in its workflow has failed.
#[tracing::instrument(name = "tasks.retry", skip_all, fields(task.id = %id))]
pub async fn retry(ctx: &Context, id: &TaskId) -> Result<Task> {
    let task = read(ctx, id).await?;
    if !ctx.database.revive(id).await? {
        return Err(Error::Conflict(format!(
            "Only a dead or cancelled task can be tried again; this one is {}.",
            task.state.as_str()
        )));
    }
    let task = read(ctx, id).await?;
    if task.state == TaskState::Cancelled
        && let Some(why) = &task.error
    {
        return Err(Error::Conflict(format!("It cannot be tried again by itself: {why}.")));
    }
    ctx.queue.announce(std::slice::from_ref(&task));
    Ok(task)
}
