//! Webhooks.

pub(crate) mod create;
pub(crate) mod deliveries;
pub(crate) mod enable;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod remove;
pub(crate) mod try_out;

use repono_domain::Webhook;
use repono_service::records::time;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

/// `/api/admin/webhooks/{id}…`
#[derive(IntoParams, Deserialize)]
#[into_params(parameter_in = Path)]
pub(crate) struct WebhookPath {
    /// A webhook.
    id: String,
}

/// Without its secret, which is told once.
fn shown(webhook: &Webhook) -> Value {
    let disabled = webhook.disabled.as_ref();
    json!({
        "id": webhook.id,
        "owner": webhook.owner.to_string(),
        "url": webhook.url,
        "events": webhook.events,
        "collection": webhook.collection,
        "state": if disabled.is_some() { "disabled" } else if webhook.failures > 0 { "failing" } else { "active" },
        "failures": webhook.failures,
        "disabled": disabled.map(|(since, _)| time(*since)),
        "why": disabled.map(|(_, why)| why),
        "created": time(webhook.created),
    })
}
