//! What the runs of a task may get.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::{Error, jobs};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// `/api/tasks/{id}/args`
#[derive(IntoParams, Deserialize)]
#[into_params(parameter_in = Path)]
pub(crate) struct TaskPath {
    /// A task.
    id: String,
}

/// Tells the JSON Schema of the arguments of a task.
#[utoipa::path(
    get,
    path = "/api/tasks/{id}/args",
    operation_id = "read_job_task_args",
    tag = "jobs",
    params(TaskPath),
    responses((status = 200, description = "A JSON Schema", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<TaskPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let found = jobs::tasks(&ctx)?.into_iter().find(|task| task.id == path.id);
    let task = found.ok_or_else(|| Error::NotFound(format!("There is no task {}.", path.id)))?;
    Ok(answer(&shape, StatusCode::OK, &task.payload_schema))
}
