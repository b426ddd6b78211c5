//! Looking at tasks.

use repono_domain::{Task, TaskId, TaskState};

use crate::ports::TaskFilter;
use crate::{Context, Error, Result};

/// Tasks, newest first. For administrators.
pub async fn list(ctx: &Context, filter: &TaskFilter) -> Result<Vec<Task>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let limit = if filter.limit == 0 { 50 } else { filter.limit.min(500) };
    ctx.database.tasks(&TaskFilter { limit, ..filter.clone() }).await
}

/// One task. For administrators.
pub async fn read(ctx: &Context, id: &TaskId) -> Result<Task> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    ctx.database.task(id).await?.ok_or_else(|| Error::NotFound(format!("There is no task {id}.")))
}

/// Tasks by queue and state. For administrators.
pub async fn depths(ctx: &Context) -> Result<Vec<(String, TaskState, u64)>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    ctx.database.depths().await
}
