//! Finding out whether letters arrive.

use axum::response::Response;
use http::StatusCode;
use repono_service::mail;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// Who is to get a letter.
#[derive(Deserialize, ToSchema)]
#[schema(as = TrialMail)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// An e-mail address.
    #[schema(example = "it@example.org")]
    to: String,
}

/// Sends a letter that says that it arrived. It is with the mail server, or in its folder, when this is
/// answered.
#[utoipa::path(
    post,
    path = "/api/admin/mail/try",
    operation_id = "try_mail",
    tag = "admin",
    request_body = Request,
    responses((status = 200, description = "The letter's id and address", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let id = mail::try_out(&ctx, &request.to).await?;
    Ok(answer(&shape, StatusCode::OK, &json!({"id": id, "to": request.to.trim()})))
}
