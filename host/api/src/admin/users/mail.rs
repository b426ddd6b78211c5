//! How a person wants to be written to.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_domain::{MailSettings, UserId, When};
use repono_service::{Error, mail};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// How somebody wants to be written to.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailSettings)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// The language, as in BCP 47; that of the repository, if left out.
    #[schema(example = "de-AT")]
    language: Option<String>,
    /// When they are told what others did with their records: `immediately`, if left out, `daily` or `off`.
    #[schema(value_type = Option<String>)]
    records: Option<When>,
    /// When they are told that a webhook of theirs was disabled: the same.
    #[schema(value_type = Option<String>)]
    webhooks: Option<When>,
    /// When an administrator is told of tasks that were given up: `daily`, if left out, or `off`.
    #[schema(value_type = Option<String>)]
    tasks: Option<When>,
}

impl Request {
    pub(crate) fn settings(self) -> MailSettings {
        let default = MailSettings::default();
        MailSettings {
            language: self.language,
            records: self.records.unwrap_or(default.records),
            webhooks: self.webhooks.unwrap_or(default.webhooks),
            tasks: self.tasks.unwrap_or(default.tasks),
        }
    }
}

pub(crate) fn shown(settings: &MailSettings) -> Value {
    json!({
        "language": settings.language,
        "records": settings.records,
        "webhooks": settings.webhooks,
        "tasks": settings.tasks,
    })
}

fn user(id: &str) -> Result<UserId, Error> {
    id.parse().map(UserId).map_err(|_| Error::NotFound(format!("There is no user {id}.")))
}

/// Tells how a user is written to.
#[utoipa::path(
    get,
    path = "/api/admin/users/{id}/mail",
    operation_id = "read_user_mail",
    tag = "admin",
    params(("id" = i64, Path, description = "A user")),
    responses((status = 200, description = "Language, and when they are told of what", body = Request), Refusals),
)]
pub(crate) async fn read(
    AsAdmin(ctx): AsAdmin,
    Path(id): Path<String>,
    shape: Shape,
) -> Result<Response, Failure> {
    let settings = mail::settings(&ctx, user(&id)?).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&settings)))
}

/// Changes how a user is written to: what is left out is as for everybody by default.
#[utoipa::path(
    put,
    path = "/api/admin/users/{id}/mail",
    operation_id = "change_user_mail",
    tag = "admin",
    params(("id" = i64, Path, description = "A user")),
    request_body = Request,
    responses((status = 200, description = "As it is now", body = Request), Refusals),
)]
pub(crate) async fn change(
    AsAdmin(ctx): AsAdmin,
    Path(id): Path<String>,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let settings = request.settings();
    mail::change_settings(&ctx, user(&id)?, &settings).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&settings)))
}
