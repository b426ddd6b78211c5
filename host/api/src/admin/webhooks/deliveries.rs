//! What a receiver was told and is to be told.

use axum::extract::Path;
use axum::response::Response;
use repono_domain::WebhookDelivery;
use repono_service::records::time;
use repono_service::webhooks;
use serde_json::{Value, json};

use super::WebhookPath;
use crate::admin::whole;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Params, Shape};

/// Lists deliveries, the newest first, with what came of the last attempt of each.
#[utoipa::path(
    get,
    path = "/api/admin/webhooks/{id}/deliveries",
    operation_id = "list_deliveries",
    tag = "admin",
    params(WebhookPath, ("size" = Option<u32>, Query, description = "So many at most; 50, if left out")),
    responses((status = 200, description = "The deliveries", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<WebhookPath>,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let size = u32::try_from(params.number("size", 0)?).unwrap_or(u32::MAX);
    let all = webhooks::deliveries(&ctx, &path.id, size).await?;
    let address = format!("{}/admin/webhooks/{}/deliveries", ctx.settings.api_url, path.id);
    Ok(whole(&shape, all.iter().map(shown).collect(), &address))
}

fn shown(delivery: &WebhookDelivery) -> Value {
    json!({
        "id": delivery.id,
        "event": delivery.event,
        "collection": delivery.collection,
        "record": delivery.record.to_string(),
        "revision": delivery.revision,
        "state": delivery.state.as_str(),
        "attempts": delivery.attempts,
        "status": delivery.status,
        "answer": delivery.answer,
        "created": time(delivery.created),
        "updated": time(delivery.changed),
    })
}
