//! Going back to the version before.

use axum::response::Response;
use repono_service::plugins;
use serde_json::Map;

use super::tell;
use crate::answer::with_progress;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, NamePath};

/// Puts the version in force that was in force before this one.
///
/// The answer is JSON lines of progress, the last of which has `done` or `error`.
#[utoipa::path(
    post,
    path = "/api/admin/plugins/{name}/rollback",
    operation_id = "roll_plugin_back",
    tag = "admin",
    params(NamePath),
    responses(
        (status = 200, description = "Progress", body = String, content_type = "application/x-ndjson"),
        (status = 409, description = "No version was in force before this one"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    NamePath { name }: NamePath,
) -> Result<Response, Failure> {
    with_progress(|teller| async move {
        plugins::rollback(&ctx, &name, |step| tell(&teller, step)).await?;
        Ok(Map::new())
    })
    .await
}
