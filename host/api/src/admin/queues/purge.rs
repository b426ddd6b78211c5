//! Emptying a queue.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::queues;
use serde_json::json;

use super::{QueuePath, Reason};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// Cancels all that waits in a queue. Tasks under way end as they would. Each of those that are
/// cancelled can be queued anew.
#[utoipa::path(
    post,
    path = "/api/admin/queues/{name}/purge",
    operation_id = "purge_queue",
    tag = "admin",
    params(QueuePath),
    request_body = Reason,
    responses((status = 200, description = "How many tasks were cancelled", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<QueuePath>,
    shape: Shape,
    JsonAs(Reason { why }): JsonAs<Reason>,
) -> Result<Response, Failure> {
    let cancelled = queues::purge(&ctx, &path.name, why.as_deref()).await?;
    Ok(answer(&shape, StatusCode::OK, &json!({"name": path.name, "cancelled": cancelled})))
}
