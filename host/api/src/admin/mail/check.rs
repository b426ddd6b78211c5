//! Finding out whether all templates can be used.

use axum::response::Response;
use http::StatusCode;
use repono_service::mail;
use serde_json::json;

use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Writes every letter in every language, about examples, and says which cannot be written.
#[utoipa::path(
    get,
    path = "/api/admin/mail/check",
    operation_id = "check_mail",
    tag = "admin",
    responses((status = 200, description = "A sentence for each template that cannot be used", body = Object), Refusals),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    Ok(answer(&shape, StatusCode::OK, &json!({"problems": mail::check(&ctx)?})))
}
