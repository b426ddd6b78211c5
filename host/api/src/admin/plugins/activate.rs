//! Putting a plugin in force.

use axum::response::Response;
use repono_domain::Digest;
use repono_service::plugins;
use serde::Deserialize;
use serde_json::Map;
use utoipa::ToSchema;

use super::tell;
use crate::answer::with_progress;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, NamePath};

/// Which package.
#[derive(Deserialize, ToSchema)]
#[schema(as = Activation)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// The beginning of its digest; the newest package, if left out.
    digest: Option<String>,
}

/// Puts an installed package in force. Nothing stops meanwhile.
///
/// The answer is JSON lines of progress, the last of which has `done` or `error`.
#[utoipa::path(
    post,
    path = "/api/admin/plugins/{name}/activate",
    operation_id = "activate_plugin",
    tag = "admin",
    params(NamePath),
    request_body = Request,
    responses(
        (status = 200, description = "Progress", body = String, content_type = "application/x-ndjson"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    NamePath { name }: NamePath,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    with_progress(|teller| async move {
        let digest = request.digest.as_deref().map(Digest::from_stored);
        plugins::activate(&ctx, &name, digest.as_ref(), |step| tell(&teller, step)).await?;
        Ok(Map::new())
    })
    .await
}
