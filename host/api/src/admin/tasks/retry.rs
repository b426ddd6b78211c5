//! Trying a task again.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::tasks;

use super::{TaskPath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Queues a dead or cancelled task anew; it goes on from its last checkpoint.
#[utoipa::path(
    post,
    path = "/api/admin/tasks/{id}/retry",
    operation_id = "retry_task",
    tag = "admin",
    params(TaskPath),
    responses((status = 200, description = "The task", body = Object), (status = 409, description = "It is neither dead nor cancelled"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<TaskPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let task = tasks::retry(&ctx, &path.into()).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&task)))
}
