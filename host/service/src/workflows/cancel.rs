//! Calling a workflow off.

use repono_domain::TaskId;

use super::{Workflow, read};
use crate::{Context, Result};

/// Asks all tasks of a workflow to stop: at once what waits, soon what runs. For administrators.
///
/// # Errors
/// `NotFound` if there is none with this id.
#[tracing::instrument(name = "workflows.cancel", skip_all, fields(workflow.id = %id))]
pub async fn cancel(ctx: &Context, id: &TaskId) -> Result<Workflow> {
    let workflow = read(ctx, id).await?;
    // The last first: the end of one lets none begin that is to be called off as well.
    for task in workflow.tasks.iter().rev().filter(|task| !task.state.is_over()) {
        ctx.database.cancel(&task.id).await?;
    }
    read(ctx, id).await
}
