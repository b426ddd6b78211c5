//! Letting a queue go on.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::queues;

use super::{QueuePath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Hands out a queue's tasks again.
#[utoipa::path(
    post,
    path = "/api/admin/queues/{name}/resume",
    operation_id = "resume_queue",
    tag = "admin",
    params(QueuePath),
    responses((status = 200, description = "The queue", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<QueuePath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let queue = queues::resume(&ctx, &path.name).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&queue, ctx.clock.now())))
}
