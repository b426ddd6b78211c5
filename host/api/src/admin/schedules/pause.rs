//! Holding a schedule back.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::schedules;

use super::{SchedulePath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Keeps a schedule from firing until it is resumed. Tasks that it has made go on.
#[utoipa::path(
    post,
    path = "/api/admin/schedules/{name}/pause",
    operation_id = "pause_schedule",
    tag = "admin",
    params(SchedulePath),
    responses((status = 200, description = "The schedule", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<SchedulePath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let state = schedules::pause(&ctx, &path.name).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&state)))
}
