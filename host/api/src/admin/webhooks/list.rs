//! Which webhooks there are.

use axum::response::Response;
use repono_service::webhooks;

use super::shown;
use crate::admin::whole;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Lists webhooks, without their secrets.
#[utoipa::path(
    get,
    path = "/api/admin/webhooks",
    operation_id = "list_webhooks",
    tag = "admin",
    responses((status = 200, description = "All webhooks", body = Object), Refusals),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    let all = webhooks::list(&ctx).await?;
    let address = format!("{}/admin/webhooks", ctx.settings.api_url);
    Ok(whole(&shape, all.iter().map(shown).collect(), &address))
}
