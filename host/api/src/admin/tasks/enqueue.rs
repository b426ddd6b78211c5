//! Asking for work to be done.

use axum::response::Response;
use http::StatusCode;
use repono_service::tasks;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::shown;
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// What is to be done.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewTask)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// As in `/api/admin/task-kinds`.
    #[schema(example = "completeness.score")]
    kind: String,
    /// In the form of the kind's schema.
    payload: Option<Value>,
}

/// Queues a task of the repository or of a plugin in force.
#[utoipa::path(
    post,
    path = "/api/admin/tasks",
    operation_id = "enqueue_task",
    tag = "admin",
    request_body = Request,
    responses((status = 201, description = "The task", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let payload = request.payload.unwrap_or_else(|| json!({}));
    let task = tasks::enqueue(&ctx, &request.kind, payload).await?;
    Ok(answer(&shape, StatusCode::CREATED, &shown(&task)))
}
