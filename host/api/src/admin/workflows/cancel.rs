//! Calling a workflow off.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::workflows;

use super::{WorkflowPath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Asks all tasks of a workflow to stop: at once what waits, soon what runs. What is over stays so.
#[utoipa::path(
    post,
    path = "/api/admin/workflows/{id}/cancel",
    operation_id = "cancel_workflow",
    tag = "admin",
    params(WorkflowPath),
    responses((status = 200, description = "The workflow", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<WorkflowPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let workflow = workflows::cancel(&ctx, &path.into()).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&ctx, &workflow)))
}
