//! Another plan for a schedule.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::schedules;

use super::{Request, SchedulePath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// Gives a schedule another plan: what is left out is as if it had never been given.
#[utoipa::path(
    put,
    path = "/api/admin/schedules/{name}",
    operation_id = "change_schedule",
    tag = "admin",
    params(SchedulePath),
    request_body = Request,
    responses((status = 200, description = "The schedule", body = Object), (status = 409, description = "It comes from a plugin or the configuration"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<SchedulePath>,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    if request.name.as_ref().is_some_and(|name| *name != path.name) {
        let told = "A schedule keeps its name: create another one.";
        return Err(Failure::Field("name", told.to_owned()));
    }
    let state = schedules::change(&ctx, &path.name, request.plan()?).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&state)))
}
