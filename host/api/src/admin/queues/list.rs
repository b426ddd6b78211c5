//! All queues.

use axum::response::Response;
use repono_service::queues;

use super::shown;
use crate::admin::whole;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Lists queues: those that plugins use, that have ever had a task, that have workers of their own here, or
/// that are paused.
#[utoipa::path(
    get,
    path = "/api/admin/queues",
    operation_id = "list_queues",
    tag = "admin",
    responses((status = 200, description = "Queues", body = Object), Refusals),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    let now = ctx.clock.now();
    let queues = queues::list(&ctx).await?.iter().map(|queue| shown(queue, now)).collect();
    Ok(whole(&shape, queues, &format!("{}/admin/queues", ctx.settings.api_url)))
}
