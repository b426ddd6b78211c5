//! Another plan for a job.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::jobs;

use super::plan::Request;
use super::{JobPath, shown, tasks};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// Gives a job another plan; time zone, jitter and what is caught up with stay as they are.
#[utoipa::path(
    put,
    path = "/api/jobs/{id}",
    operation_id = "change_job",
    tag = "jobs",
    params(JobPath),
    request_body = Request,
    responses((status = 200, description = "The job", body = Object), (status = 409, description = "It comes from a plugin or the configuration"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<JobPath>,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let active = request.active.unwrap_or(true);
    let plan = |before: &_| request.plan(Some(before), |kind| tasks::queue(&ctx, kind));
    let job = jobs::change(&ctx, &path.id, active, plan).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&ctx, &job)))
}
