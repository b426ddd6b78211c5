//! One task.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::tasks;

use super::{TaskPath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Reads a task.
#[utoipa::path(
    get,
    path = "/api/admin/tasks/{id}",
    operation_id = "read_task",
    tag = "admin",
    params(TaskPath),
    responses((status = 200, description = "The task", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<TaskPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let task = tasks::read(&ctx, &path.into()).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&task)))
}
