//! Calling a task off.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::tasks;

use super::{TaskPath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Asks a task to stop: at once if it waits, soon if it runs.
#[utoipa::path(
    post,
    path = "/api/admin/tasks/{id}/cancel",
    operation_id = "cancel_task",
    tag = "admin",
    params(TaskPath),
    responses((status = 200, description = "The task", body = Object), (status = 409, description = "It is over already"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<TaskPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let task = tasks::cancel(&ctx, &path.into()).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&task)))
}
