//! Who one is.

use axum::response::Response;
use http::StatusCode;
use repono_service::accounts;
use repono_service::records::time;
use serde_json::json;

use super::oneself;
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
    let user = accounts::user(&ctx, oneself(&ctx)?).await?;
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
