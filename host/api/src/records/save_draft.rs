//! Saving a draft.

use axum::response::Response;
use http::StatusCode;
use repono_service::records::{self, Input};

use crate::answer::item;
use crate::error::{Failure, Refusals};
use crate::extract::{By, IfMatch, JsonBody, RecordPath, RefreshQuery, Shape};

/// Replaces a draft as a whole; `errors` tells what has to be mended before it can be published.
#[utoipa::path(
    put,
    path = "/api/{collection}/{id}/draft",
    operation_id = "save_draft",
    tag = "drafts",
    params(
        RecordPath,
        RefreshQuery,
        ("If-Match" = Option<u64>, Header, description = "Only if the draft is of this revision"),
    ),
    request_body(content = Object, description = "metadata, access, files, pids, custom_fields"),
    responses(
        (status = 200, description = "The draft", body = Object),
        (status = 412, description = "The draft is of another revision"),
        (status = 413, description = "The body is too long"),
        (status = 415, description = "The body is not JSON"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    IfMatch(expected): IfMatch,
    RefreshQuery { refresh }: RefreshQuery,
    shape: Shape,
    JsonBody(body): JsonBody,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    // An empty body would empty the draft, which nobody means.
    let input = Input::from_json(body.ok_or(Failure::NotJson)?);
    let draft = records::save_draft(&ctx, &collection, id, input, expected, refresh).await?;
    // The answer has what is wrong with the draft, so it is never "not modified".
    Ok(item(&shape.afresh(), &chosen, StatusCode::OK, draft))
}
