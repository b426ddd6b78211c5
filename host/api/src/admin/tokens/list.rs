//! Which tokens there are.

use axum::response::Response;
use repono_domain::UserId;
use repono_service::accounts;

use super::shown;
use crate::admin::whole;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Params, Shape};

/// Lists tokens, without their secrets, which nobody knows.
#[utoipa::path(
    get,
    path = "/api/admin/tokens",
    operation_id = "list_tokens",
    tag = "admin",
    params(("user" = Option<i64>, Query, description = "Only this user's")),
    responses((status = 200, description = "The tokens", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let user = params.text("user").map(str::parse).transpose();
    let user = user.map_err(|_| Failure::Field("user", "Not a valid integer.".to_owned()))?;
    let tokens = accounts::tokens(&ctx, user.map(UserId)).await?;
    let address = format!("{}/admin/tokens", ctx.settings.api_url);
    Ok(whole(&shape, tokens.iter().map(shown).collect(), &address))
}
