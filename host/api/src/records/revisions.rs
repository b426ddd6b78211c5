//! A record's history.

use axum::response::Response;
use http::StatusCode;
use repono_service::records;

use crate::answer::json;
use crate::error::{Failure, Refusals};
use crate::extract::{By, RecordPath, Shape};

/// Lists every state a record has been in, oldest first. For administrators.
#[utoipa::path(
    get,
    path = "/api/{collection}/{id}/revisions",
    operation_id = "list_revisions",
    tag = "records",
    params(RecordPath),
    responses((status = 200, description = "The states", body = Vec<Object>), Refusals),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    shape: Shape,
) -> Result<Response, Failure> {
    let revisions = records::revisions(&ctx, &collection, id).await?;
    Ok(json(&shape, StatusCode::OK, &revisions.into()))
}
