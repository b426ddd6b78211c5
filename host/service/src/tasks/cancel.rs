//! Calling a task off.

use repono_domain::{Task, TaskId};

use super::read;
use crate::{Context, Error, Result};

/// Asks a task to stop: at once if it waits, soon if it runs. For administrators.
#[tracing::instrument(name = "tasks.cancel", skip_all, fields(task.id = %id))]
pub async fn cancel(ctx: &Context, id: &TaskId) -> Result<Task> {
    let task = read(ctx, id).await?;
    if !ctx.database.cancel(id).await? {
        return Err(Error::Conflict(format!(
            "The task is over already: it is {}.",
            task.state.as_str()
        )));
    }
    read(ctx, id).await
}
