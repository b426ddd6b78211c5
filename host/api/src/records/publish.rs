//! Publishing a draft.

use axum::response::Response;
use http::StatusCode;
use repono_service::records::{self, Refresh};

use super::refresh::refresh;
use crate::answer::item;
use crate::error::{Failure, Refusals};
use crate::extract::{By, IfMatch, Params, RecordPath, Shape};

/// Publishes a draft. Answers when the record can be found, unless `refresh` is `false`.
#[utoipa::path(
    post,
    path = "/api/{collection}/{id}/draft/actions/publish",
    operation_id = "publish_draft",
    tag = "drafts",
    params(
        RecordPath,
        ("refresh" = Option<String>, Query, description = "wait_for (as if left out) or false: answer when the record is stored"),
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
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let refresh = refresh(&params, Refresh::WaitFor)?;
    let record = records::publish(&ctx, &collection, id, expected, refresh).await?;
    Ok(item(&shape, &chosen, StatusCode::ACCEPTED, record))
}
