//! One DOI.

use axum::response::Response;
use http::StatusCode;
use repono_service::dois;

use super::shown;
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, IdPath, Shape};

/// The DOI of a version or a work.
#[utoipa::path(
    get,
    path = "/api/admin/dois/{id}",
    operation_id = "read_doi",
    tag = "admin",
    params(IdPath),
    responses((status = 200, description = "The DOI", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    IdPath { id }: IdPath,
    shape: Shape,
) -> Result<Response, Failure> {
    let doi = dois::read(&ctx, id).await?;
    Ok(answer(&shape, StatusCode::OK, &shown(&doi)))
}
