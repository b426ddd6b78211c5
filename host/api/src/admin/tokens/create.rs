//! A new token.

use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use repono_domain::{Scope, UserId};
use repono_service::accounts;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::shown;
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// A new token.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewToken)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// Whose rights it carries.
    #[schema(value_type = i64)]
    user: UserId,
    /// So that its owner knows it again.
    name: String,
    /// `read`, `write`, `admin`; read and write, if left out.
    #[serde(default = "read_and_write")]
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    /// From when on it is refused, in RFC 3339; never, if left out.
    #[schema(value_type = Option<String>)]
    expires: Option<Timestamp>,
}

fn read_and_write() -> Vec<Scope> {
    vec![Scope::Read, Scope::Write]
}

/// Makes a token. The answer has its secret, this once and never again.
#[utoipa::path(
    post,
    path = "/api/admin/tokens",
    operation_id = "create_token",
    tag = "admin",
    request_body = Request,
    responses((status = 201, description = "The token and its secret", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let Request { user, name, scopes, expires } = request;
    let made = accounts::create_token(&ctx, user, &name, scopes, expires).await?;
    let mut value = shown(&made.token);
    value["secret"] = json!(made.secret);
    Ok(answer(&shape, StatusCode::CREATED, &value))
}
