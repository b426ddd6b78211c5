//! A new account.

use axum::response::Response;
use http::StatusCode;
use repono_service::accounts;
use serde::Deserialize;
use utoipa::ToSchema;

use super::shown;
use crate::answer::json;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// A new account.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewUser)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// Unique, whatever its case.
    #[schema(example = "ada@example.org")]
    email: String,
    /// May do everything; no, if left out.
    #[serde(default)]
    admin: bool,
}

/// Makes an account.
#[utoipa::path(
    post,
    path = "/api/admin/users",
    operation_id = "create_user",
    tag = "admin",
    request_body = Request,
    responses(
        (status = 201, description = "The user", body = Object),
        (status = 409, description = "There is a user with this e-mail address"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let user = accounts::create_user(&ctx, &request.email, request.admin).await?;
    Ok(json(&shape, StatusCode::CREATED, &shown(&user)))
}
