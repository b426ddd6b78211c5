//! A job that is wanted now.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::jobs;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{JobPath, shown_run};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// A run that is wanted. Titles of runs are not kept.
#[derive(Deserialize, ToSchema)]
#[schema(as = RunRequest)]
pub(crate) struct Request {
    /// Instead of the job's `default_args`.
    args: Option<Map<String, Value>>,
}

/// Runs a job now, active or not.
#[utoipa::path(
    post,
    path = "/api/jobs/{id}/runs",
    operation_id = "start_run",
    tag = "jobs",
    params(JobPath),
    request_body = Request,
    responses((status = 201, description = "The run", body = Object), (status = 409, description = "A run of its schedule waits or runs"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<JobPath>,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let run = jobs::start(&ctx, &path.id, request.args.map(Value::Object)).await?;
    Ok(answer(&shape, StatusCode::CREATED, &shown_run(&ctx, &path.id, &run)))
}
