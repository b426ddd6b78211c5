//! An end to a schedule.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use repono_service::schedules;

use super::SchedulePath;
use crate::error::{Failure, Refusals};
use crate::extract::AsAdmin;

/// Removes a schedule. Tasks that it has made go on.
#[utoipa::path(
    delete,
    path = "/api/admin/schedules/{name}",
    operation_id = "remove_schedule",
    tag = "admin",
    params(SchedulePath),
    responses((status = 204, description = "It is removed"), (status = 409, description = "It comes from a plugin or the configuration"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<SchedulePath>,
) -> Result<Response, Failure> {
    schedules::remove(&ctx, &path.name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
