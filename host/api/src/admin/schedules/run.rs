//! Work of a schedule that is wanted now.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::schedules;

use super::SchedulePath;
use crate::admin::tasks;
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Queues a task of a schedule now, paused or not. Its ticks stay as they are.
#[utoipa::path(
    post,
    path = "/api/admin/schedules/{name}/run",
    operation_id = "run_schedule",
    tag = "admin",
    params(SchedulePath),
    responses((status = 201, description = "The task", body = Object), (status = 409, description = "A task of it waits or runs"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<SchedulePath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let task = schedules::run(&ctx, &path.name, None).await?;
    Ok(answer(&shape, StatusCode::CREATED, &tasks::shown(&task)))
}
