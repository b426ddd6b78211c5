//! One queue.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::queues;

use super::{QueuePath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Reads a queue.
#[utoipa::path(
    get,
    path = "/api/admin/queues/{name}",
    operation_id = "read_queue",
    tag = "admin",
    params(QueuePath),
    responses((status = 200, description = "The queue", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<QueuePath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let queue = queues::read(&ctx, &path.name).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&queue, ctx.clock.now())))
}
