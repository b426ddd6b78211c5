//! Taking a plugin out of force.

use http::StatusCode;
use repono_service::plugins;

use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, NamePath};

/// Takes a plugin out of force. Its collections are no longer served; their records stay.
#[utoipa::path(
    post,
    path = "/api/admin/plugins/{name}/deactivate",
    operation_id = "deactivate_plugin",
    tag = "admin",
    params(NamePath),
    responses((status = 204, description = "It is out of force"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    NamePath { name }: NamePath,
) -> Result<StatusCode, Failure> {
    plugins::deactivate(&ctx, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
