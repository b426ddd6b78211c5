//! One state of a record's history.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::{Error, records};
use serde_json::Value;

use crate::answer::json;
use crate::error::{Failure, Refusals};
use crate::extract::{By, RecordPath, Shape};

/// Reads one state a record has been in. For administrators.
#[utoipa::path(
    get,
    path = "/api/{collection}/{id}/revisions/{revision}",
    operation_id = "read_revision",
    tag = "records",
    params(RecordPath, ("revision" = u64, Path, description = "Its revision_id")),
    responses((status = 200, description = "The state", body = Object), Refusals),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    segments: Path<(String, String, String)>,
    shape: Shape,
) -> Result<Response, Failure> {
    let Path((_, _, revision)) = segments;
    let revisions = records::revisions(&ctx, &collection, id).await?;
    let number: Option<u64> = revision.parse().ok();
    let wanted = revisions.into_iter().find(|state| {
        number.is_some() && state.get("revision_id").and_then(Value::as_u64) == number
    });
    let missing = || Error::NotFound(format!("The record has no revision {revision}."));
    Ok(json(&shape, StatusCode::OK, &wanted.ok_or_else(missing)?))
}
