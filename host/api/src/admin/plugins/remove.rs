//! Removing packages.

use http::StatusCode;
use repono_domain::Digest;
use repono_service::plugins;

use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, NamePath, Params};

/// Removes a plugin's packages, or one of them. What accepted records stays.
#[utoipa::path(
    delete,
    path = "/api/admin/plugins/{name}",
    operation_id = "remove_plugin",
    tag = "admin",
    params(
        NamePath,
        ("digest" = Option<String>, Query, description = "The beginning of one package's digest; all, if left out"),
    ),
    responses(
        (status = 204, description = "Removed"),
        (status = 409, description = "It is in force, or accepted records that are still there"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    NamePath { name }: NamePath,
    params: Params,
) -> Result<StatusCode, Failure> {
    let digest = params.text("digest").map(Digest::from_stored);
    plugins::remove(&ctx, &name, digest.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
