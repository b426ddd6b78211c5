//! What is installed.

use axum::response::Response;
use repono_service::plugins;

use super::shown;
use crate::admin::whole;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Lists all packages of all plugins, and which are in force.
#[utoipa::path(
    get,
    path = "/api/admin/plugins",
    operation_id = "list_plugins",
    tag = "admin",
    responses((status = 200, description = "The packages", body = Object), Refusals),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    let packages = plugins::list(&ctx).await?;
    let address = format!("{}/admin/plugins", ctx.settings.api_url);
    Ok(whole(&shape, packages.iter().map(shown).collect(), &address))
}
