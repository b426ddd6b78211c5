//! Looking at a webhook.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::webhooks;

use super::{WebhookPath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Reads a webhook, without its secret.
#[utoipa::path(
    get,
    path = "/api/admin/webhooks/{id}",
    operation_id = "read_webhook",
    tag = "admin",
    params(WebhookPath),
    responses((status = 200, description = "The webhook", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<WebhookPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let webhook = webhooks::read(&ctx, &path.id).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&webhook)))
}
