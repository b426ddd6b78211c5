//! Registering a DOI again.

use axum::response::Response;
use http::StatusCode;
use repono_service::dois;

use super::shown;
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, IdPath, Shape};

/// Has the DOI of a version or a work brought in line with its record once more, whatever came of that before.
#[utoipa::path(
    post,
    path = "/api/admin/dois/{id}/retry",
    operation_id = "retry_doi",
    tag = "admin",
    params(IdPath),
    responses(
        (status = 200, description = "The DOI", body = Object),
        (status = 409, description = "DOIs are registered nowhere"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    IdPath { id }: IdPath,
    shape: Shape,
) -> Result<Response, Failure> {
    let doi = dois::retry(&ctx, id).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&doi)))
}
