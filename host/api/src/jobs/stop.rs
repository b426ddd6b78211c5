//! Calling a run off.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::jobs;

use super::{RunPath, shown_run};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Asks a run to stop: at once if it waits, soon if it runs.
#[utoipa::path(
    post,
    path = "/api/jobs/{id}/runs/{run}/actions/stop",
    operation_id = "stop_run",
    tag = "jobs",
    params(RunPath),
    responses((status = 202, description = "The run", body = Object), (status = 409, description = "It is over already"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<RunPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let run = jobs::stop(&ctx, &path.id, &path.run()).await?;
    Ok(answer(&shape, StatusCode::ACCEPTED, &shown_run(&ctx, &path.id, &run)))
}
