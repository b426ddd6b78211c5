//! Making a token useless.

use axum::extract::Path;
use http::StatusCode;
use repono_service::{Error, accounts};

use crate::error::{Failure, Refusals};
use crate::extract::AsAdmin;

/// Makes a token useless at once.
#[utoipa::path(
    delete,
    path = "/api/admin/tokens/{id}",
    operation_id = "revoke_token",
    tag = "admin",
    params(("id" = i64, Path, description = "A token")),
    responses((status = 204, description = "It is useless"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let number = id.parse().map_err(|_| Error::NotFound(format!("There is no token {id}.")))?;
    accounts::revoke_token(&ctx, number).await?;
    Ok(StatusCode::NO_CONTENT)
}
