//! A new job.

use axum::response::Response;
use http::StatusCode;
use repono_service::jobs;

use super::plan::Request;
use super::{shown, tasks};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// Makes a job of a task.
#[utoipa::path(
    post,
    path = "/api/jobs",
    operation_id = "create_job",
    tag = "jobs",
    request_body = Request,
    responses((status = 201, description = "The job", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let active = request.active.unwrap_or(true);
    let plan = request.plan(None, |kind| tasks::queue(&ctx, kind))?;
    let job = jobs::create(&ctx, plan, active).await?;
    Ok(answer(&shape, StatusCode::CREATED, &shown(&ctx, &job)))
}
