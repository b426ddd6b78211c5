//! Registering again what could not be registered.

use axum::response::Response;
use http::StatusCode;
use repono_service::dois;
use serde_json::json;

use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Has all DOIs brought in line with their records once more of which the last attempt failed.
#[utoipa::path(
    post,
    path = "/api/admin/dois/actions/retry-failed",
    operation_id = "retry_failed_dois",
    tag = "admin",
    responses(
        (status = 200, description = "How many there are", body = Object),
        (status = 409, description = "DOIs are registered nowhere"),
        Refusals,
    ),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    let retried = dois::retry_failed(&ctx).await?;
    Ok(answer(&shape, StatusCode::OK, &json!({"retried": retried})))
}
