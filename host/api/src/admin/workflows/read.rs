//! One workflow.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::workflows;

use super::{WorkflowPath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Reads a workflow with all of its tasks, and how many are in which state.
#[utoipa::path(
    get,
    path = "/api/admin/workflows/{id}",
    operation_id = "read_workflow",
    tag = "admin",
    params(WorkflowPath),
    responses((status = 200, description = "The workflow", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<WorkflowPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let workflow = workflows::read(&ctx, &path.into()).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&ctx, &workflow)))
}
