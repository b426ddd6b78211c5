//! Reading a draft.

use axum::response::Response;
use http::StatusCode;
use repono_service::records;

use crate::answer::item;
use crate::error::{Failure, Refusals};
use crate::extract::{By, RecordPath, Shape};

/// Reads a draft, for its owner and administrators.
#[utoipa::path(
    get,
    path = "/api/{collection}/{id}/draft",
    operation_id = "read_draft",
    tag = "drafts",
    params(RecordPath),
    responses(
        (status = 200, description = "The draft; ETag is its revision", body = Object),
        (status = 304, description = "If-None-Match names this revision"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    shape: Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let draft = records::read_draft(&ctx, &collection, id).await?;
    Ok(item(&shape, &chosen, StatusCode::OK, draft))
}
