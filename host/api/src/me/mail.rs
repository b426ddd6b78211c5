//! How one wants to be written to.

use axum::response::Response;
use http::StatusCode;
use repono_service::mail;

use super::oneself;
use crate::admin::users::mail::{Request, shown};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{By, JsonAs, Shape};

/// Tells the caller how they are written to.
#[utoipa::path(
    get,
    path = "/api/me/mail",
    operation_id = "my_mail",
    tag = "accounts",
    responses((status = 200, description = "Language, and when they are told of what", body = Request), Refusals),
)]
pub(crate) async fn read(By(ctx): By, shape: Shape) -> Result<Response, Failure> {
    let settings = mail::settings(&ctx, oneself(&ctx)?).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&settings)))
}

/// Changes how the caller is written to: what is left out is as for everybody by default.
#[utoipa::path(
    put,
    path = "/api/me/mail",
    operation_id = "change_my_mail",
    tag = "accounts",
    request_body = Request,
    responses((status = 200, description = "As it is now", body = Request), Refusals),
)]
pub(crate) async fn change(
    By(ctx): By,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let settings = request.settings();
    mail::change_settings(&ctx, oneself(&ctx)?, &settings).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&settings)))
}
