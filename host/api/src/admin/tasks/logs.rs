//! What was logged of a task.

use axum::extract::Path;
use axum::response::Response;
use repono_domain::{LogLine, TaskId};
use repono_service::records::time;
use repono_service::tasks;
use serde_json::{Value, json};

use super::TaskPath;
use crate::admin::whole;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Reads the last lines that a task's workers and its plugin have logged, the oldest first.
#[utoipa::path(
    get,
    path = "/api/admin/tasks/{id}/logs",
    operation_id = "read_task_logs",
    tag = "admin",
    params(TaskPath),
    responses((status = 200, description = "The lines", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<TaskPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let id = TaskId::from(path);
    let lines = tasks::log(&ctx, &id).await?;
    let address = format!("{}/admin/tasks/{id}/logs", ctx.settings.api_url);
    Ok(whole(&shape, lines.iter().map(shown).collect(), &address))
}

fn shown(line: &LogLine) -> Value {
    json!({
        "at": time(line.at),
        "attempt": line.attempt,
        "level": line.level,
        "text": line.text,
    })
}
