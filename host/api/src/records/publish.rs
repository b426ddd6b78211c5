//! Publishing a draft.

use axum::response::Response;
use http::StatusCode;
use repono_service::records;

use crate::answer::item;
use crate::error::{Failure, Refusals};
use crate::extract::{By, IfMatch, RecordPath, RefreshQuery, Shape};

/// Publishes a draft. Answers when the record can be found, unless `refresh` or the operator says otherwise.
#[utoipa::path(
    post,
    path = "/api/{collection}/{id}/draft/actions/publish",
    operation_id = "publish_draft",
    tag = "drafts",
    params(
        RecordPath,
        RefreshQuery,
        ("If-Match" = Option<u64>, Header, description = "Only if the draft is of this revision"),
    ),
    responses(
        (status = 202, description = "The record", body = Object),
        (status = 409, description = "Someone else changed it first"),
        (status = 412, description = "The draft is of another revision"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    IfMatch(expected): IfMatch,
    RefreshQuery { refresh }: RefreshQuery,
    shape: Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let record = records::publish(&ctx, &collection, id, expected, refresh).await?;
    Ok(item(&shape, &chosen, StatusCode::ACCEPTED, record))
}
