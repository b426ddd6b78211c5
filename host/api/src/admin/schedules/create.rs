//! A new schedule.

use axum::response::Response;
use http::StatusCode;
use repono_service::schedules;

use super::{Request, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// Makes a schedule. Its first tick is the next one.
#[utoipa::path(
    post,
    path = "/api/admin/schedules",
    operation_id = "create_schedule",
    tag = "admin",
    request_body = Request,
    responses((status = 201, description = "The schedule", body = Object), (status = 409, description = "The name is taken"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    shape: Shape,
    JsonAs(mut request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let name = request
        .name
        .take()
        .ok_or_else(|| Failure::Field("name", "Missing data for required field.".to_owned()))?;
    let state = schedules::create(&ctx, &name, request.plan()?).await?;
    Ok(answer(&shape, StatusCode::CREATED, &shown(&state)))
}
