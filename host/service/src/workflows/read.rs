//! Looking at a workflow.

use repono_domain::{Task, TaskId};

use super::MOST_TASKS;
use crate::ports::TaskFilter;
use crate::{Context, Error, Result};

/// A workflow as it is at this moment.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// The id of its first task.
    pub id: TaskId,
    /// All of its tasks, as they were asked for.
    pub tasks: Vec<Task>,
}

/// One workflow. For administrators.
///
/// # Errors
/// `NotFound` if there is none with this id.
pub async fn read(ctx: &Context, id: &TaskId) -> Result<Workflow> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let limit = u32::try_from(MOST_TASKS).unwrap_or(u32::MAX);
    let filter = TaskFilter { workflow: Some(id.clone()), limit, ..TaskFilter::default() };
    let mut tasks = ctx.database.tasks(&filter).await?;
    if tasks.is_empty() {
        return Err(Error::NotFound(format!("There is no workflow {id}.")));
    }
    tasks.reverse();
    Ok(Workflow { id: id.clone(), tasks })
}
