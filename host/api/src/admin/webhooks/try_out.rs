//! Finding out whether a receiver understands what it is told.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::webhooks;
use serde_json::json;

use super::WebhookPath;
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Sends the receiver a signed message of the type `webhook.test`, and answers what it answered.
#[utoipa::path(
    post,
    path = "/api/admin/webhooks/{id}/try",
    operation_id = "try_webhook",
    tag = "admin",
    params(WebhookPath),
    responses((status = 200, description = "The receiver's status, and the beginning of its answer", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<WebhookPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let answered = webhooks::try_out(&ctx, &path.id).await?;
    let value = json!({"status": answered.status, "answer": answered.body});
    Ok(answer(&shape, StatusCode::OK, &value))
}
