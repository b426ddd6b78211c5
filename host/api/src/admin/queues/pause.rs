//! Stopping a queue.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::queues;

use super::{QueuePath, Reason, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// Hands out nothing of a queue from when it answers. Tasks under way end as they would, and new ones
/// are taken.
#[utoipa::path(
    post,
    path = "/api/admin/queues/{name}/pause",
    operation_id = "pause_queue",
    tag = "admin",
    params(QueuePath),
    request_body = Reason,
    responses((status = 200, description = "The queue", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<QueuePath>,
    shape: Shape,
    JsonAs(Reason { why }): JsonAs<Reason>,
) -> Result<Response, Failure> {
    let queue = queues::pause(&ctx, &path.name, why.as_deref()).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&queue, ctx.clock.now())))
}
