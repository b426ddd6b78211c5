//! Looking at a letter before anybody gets it.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::mail;
use serde_json::json;

use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Params, Shape};

/// Writes a letter about an example.
#[utoipa::path(
    get,
    path = "/api/admin/mail/templates/{name}",
    operation_id = "preview_mail",
    tag = "admin",
    params(
        ("name" = String, Path, description = "A message: `record-published`"),
        ("language" = Option<String>, Query, description = "As in BCP 47; that of the repository, if left out"),
    ),
    responses((status = 200, description = "Subject, text and HTML", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(name): Path<String>,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let written = mail::preview(&ctx, &name, params.text("language"))?;
    let value = json!({"subject": written.subject, "text": written.text, "html": written.html});
    Ok(answer(&shape, StatusCode::OK, &value))
}
