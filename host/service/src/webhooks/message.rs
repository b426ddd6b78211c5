//! What a receiver is sent.

use jiff::Timestamp;
use repono_domain::{Webhook, WebhookDelivery};
use serde_json::{Value, json};

use super::sign::sign;
use crate::ports::WebhookMessage;
use crate::records::{self, time};
use crate::{Context, Result};

/// The message about an event: the record as everyone may read it at this moment, or what it is called if nobody
/// in general may.
pub(super) async fn of_delivery(
    ctx: &Context,
    webhook: &Webhook,
    delivery: &WebhookDelivery,
) -> Result<WebhookMessage> {
    let WebhookDelivery { collection, record, revision, .. } = delivery;
    let settings = &ctx.settings;
    let mut data = json!({
        "id": record.to_string(),
        "collection": collection,
        "revision": revision,
        "links": {
            "self": format!("{}/{collection}/{record}", settings.api_url),
            "self_html": format!("{}/{collection}/{record}", settings.site_url),
        },
    });
    if let Some(shown) = records::for_everyone(ctx, collection, *record).await? {
        data["record"] = shown;
    }
    of(ctx, webhook, &delivery.id, &delivery.event, delivery.created, &data)
}

/// A signed message. It is the same in every attempt, but for the time at which it was signed.
pub(super) fn of(
    ctx: &Context,
    webhook: &Webhook,
    id: &str,
    event: &str,
    happened: Timestamp,
    data: &Value,
) -> Result<WebhookMessage> {
    let body = json!({"type": event, "timestamp": time(happened), "data": data}).to_string();
    let now = ctx.clock.now().as_second();
    let signature = sign(&webhook.secret, id, now, &body)?;
    let headers = vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", now.to_string()),
        ("webhook-signature", signature),
    ];
    Ok(WebhookMessage { url: webhook.url.clone(), headers, body })
}
