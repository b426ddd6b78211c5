//! Looking at schedules.

use axum::response::Response;
use repono_service::schedules;

use super::shown;
use crate::admin::whole;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Lists schedules, with their next and last times as the clocks of their zones show them.
#[utoipa::path(
    get,
    path = "/api/admin/schedules",
    operation_id = "list_schedules",
    tag = "admin",
    responses((status = 200, description = "All schedules, by name", body = Object), Refusals),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    let all = schedules::list(&ctx).await?;
    let address = format!("{}/admin/schedules", ctx.settings.api_url);
    Ok(whole(&shape, all.iter().map(shown).collect(), &address))
}
