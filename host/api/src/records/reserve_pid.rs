//! Giving a draft its DOI before it is published.

use axum::response::Response;
use http::StatusCode;
use repono_service::records;

use crate::answer::item;
use crate::error::{Failure, Refusals};
use crate::extract::{By, PidPath, Shape};

/// Reserves the DOI that a draft will have when it is published.
#[utoipa::path(
    post,
    path = "/api/{collection}/{id}/draft/pids/{scheme}",
    operation_id = "reserve_pid",
    tag = "drafts",
    params(PidPath),
    responses(
        (status = 201, description = "The draft", body = Object),
        (status = 409, description = "Someone else changed it first"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    PidPath { collection, id, scheme }: PidPath,
    shape: Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let draft = records::reserve_pid(&ctx, &collection, id, &scheme).await?;
    Ok(item(&shape, &chosen, StatusCode::CREATED, draft))
}
