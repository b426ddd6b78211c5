//! A new webhook.

use axum::response::Response;
use http::StatusCode;
use repono_service::webhooks::{self, NewWebhook};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::shown;
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// A new webhook.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewWebhook)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// Where the receiver is.
    #[schema(example = "https://receiver.example.org/hook")]
    url: String,
    /// `record.published`, `record.updated`, `record.deleted`; all, if left out.
    #[serde(default)]
    events: Vec<String>,
    /// Of which collection; of all, if left out.
    collection: Option<String>,
}

/// Makes a webhook. The answer has its secret, this once and never again.
#[utoipa::path(
    post,
    path = "/api/admin/webhooks",
    operation_id = "create_webhook",
    tag = "admin",
    request_body = Request,
    responses((status = 201, description = "The webhook and its secret", body = Object), (status = 409, description = "There are too many"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let Request { url, events, collection } = request;
    let webhook = webhooks::create(&ctx, NewWebhook { url, events, collection }).await?;
    let mut value = shown(&webhook);
    value["secret"] = json!(webhook.secret.0);
    Ok(answer(&shape, StatusCode::CREATED, &value))
}
