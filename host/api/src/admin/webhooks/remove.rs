//! An end to a webhook.

use axum::extract::Path;
use http::StatusCode;
use repono_service::webhooks;

use super::WebhookPath;
use crate::error::{Failure, Refusals};
use crate::extract::AsAdmin;

/// Removes a webhook, and all that it was told or was to be told.
#[utoipa::path(
    delete,
    path = "/api/admin/webhooks/{id}",
    operation_id = "remove_webhook",
    tag = "admin",
    params(WebhookPath),
    responses((status = 204, description = "It is removed"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<WebhookPath>,
) -> Result<StatusCode, Failure> {
    webhooks::remove(&ctx, &path.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
