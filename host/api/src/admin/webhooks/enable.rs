//! Going on with a webhook.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::webhooks;

use super::{WebhookPath, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Lets a disabled webhook go on, with what waits for it first.
#[utoipa::path(
    post,
    path = "/api/admin/webhooks/{id}/enable",
    operation_id = "enable_webhook",
    tag = "admin",
    params(WebhookPath),
    responses((status = 200, description = "The webhook", body = Object), (status = 409, description = "It was changed at the same time"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<WebhookPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let webhook = webhooks::enable(&ctx, &path.id).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&webhook)))
}
