//! Editing a published record.

use axum::response::Response;
use http::StatusCode;
use repono_service::records;

use crate::answer::item;
use crate::error::{Failure, Refusals};
use crate::extract::{By, RecordPath, RefreshQuery, Shape};

/// Makes a draft of a published record, or gives the one there is.
#[utoipa::path(
    post,
    path = "/api/{collection}/{id}/draft",
    operation_id = "edit_record",
    tag = "drafts",
    params(RecordPath, RefreshQuery),
    responses((status = 201, description = "The draft", body = Object), Refusals),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    RefreshQuery { refresh }: RefreshQuery,
    shape: Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let draft = records::edit(&ctx, &collection, id, refresh).await?;
    Ok(item(&shape, &chosen, StatusCode::CREATED, draft))
}
