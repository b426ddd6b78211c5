//! One run.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::jobs;

use super::{RunPath, shown_run};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Reads a run of a job.
#[utoipa::path(
    get,
    path = "/api/jobs/{id}/runs/{run}",
    operation_id = "read_run",
    tag = "jobs",
    params(RunPath),
    responses((status = 200, description = "The run", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<RunPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let run = jobs::read_run(&ctx, &path.id, &path.run()).await?;
    Ok(answer(&shape, StatusCode::OK, &shown_run(&ctx, &path.id, &run)))
}
