//! One job.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::jobs;

use super::{JobPath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Reads a job.
#[utoipa::path(
    get,
    path = "/api/jobs/{id}",
    operation_id = "read_job",
    tag = "jobs",
    params(JobPath),
    responses((status = 200, description = "The job", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<JobPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let job = jobs::read(&ctx, &path.id).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&ctx, &job)))
}
