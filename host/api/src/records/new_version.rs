//! A new version of a work.

use axum::response::Response;
use http::StatusCode;
use repono_service::records;

use crate::answer::item;
use crate::error::{Failure, Refusals};
use crate::extract::{By, RecordPath, RefreshQuery, Shape};

/// Begins the next version of a work with a draft made from this one, or gives the draft there is.
#[utoipa::path(
    post,
    path = "/api/{collection}/{id}/versions",
    operation_id = "new_version",
    tag = "versions",
    params(RecordPath, RefreshQuery),
    responses((status = 201, description = "The new version's draft", body = Object), Refusals),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    RefreshQuery { refresh }: RefreshQuery,
    shape: Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let draft = records::new_version(&ctx, &collection, id, refresh).await?;
    Ok(item(&shape, &chosen, StatusCode::CREATED, draft))
}
