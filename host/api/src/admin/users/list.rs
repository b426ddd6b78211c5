//! Who has an account.

use axum::response::Response;
use repono_service::accounts;

use super::shown;
use crate::admin::whole;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Lists all users.
#[utoipa::path(
    get,
    path = "/api/admin/users",
    operation_id = "list_users",
    tag = "admin",
    responses((status = 200, description = "The users", body = Object), Refusals),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    let users = accounts::users(&ctx).await?;
    let address = format!("{}/admin/users", ctx.settings.api_url);
    Ok(whole(&shape, users.iter().map(shown).collect(), &address))
}
