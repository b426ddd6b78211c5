//! Who one is.

use axum::response::Response;
use http::StatusCode;
use repono_domain::{Caller, UserId};
use repono_service::accounts;
use repono_service::records::time;
use serde_json::json;

use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{By, Shape};

/// Tells the caller who they are.
#[utoipa::path(
    get,
    path = "/api/me",
    operation_id = "me",
    tag = "accounts",
    responses((status = 200, description = "The account", body = Object), Refusals),
)]
pub(crate) async fn handler(By(ctx): By, shape: Shape) -> Result<Response, Failure> {
    // What the repository does by itself, it does as its operator, the first user.
    let id = if ctx.caller == Caller::System { Some(UserId(1)) } else { ctx.caller.user() };
    let id = id.ok_or(repono_service::Error::Forbidden)?;
    let user = accounts::user(&ctx, id).await?;
    let admin = json!({"id": "admin", "name": "admin", "description": "Administrators"});
    let value = json!({
        "id": user.id.0,
        "email": user.email,
        "confirmed_at": time(user.created),
        "last_login_at": null,
        "roles": if user.admin { vec![admin] } else { Vec::new() },
    });
    Ok(answer(&shape, StatusCode::OK, &value))
}
