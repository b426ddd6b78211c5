//! Discarding a draft.

use http::StatusCode;
use repono_service::records;

use crate::error::{Failure, Refusals};
use crate::extract::{By, IfMatch, RecordPath, RefreshQuery};

/// Discards a draft; what is published stays.
#[utoipa::path(
    delete,
    path = "/api/{collection}/{id}/draft",
    operation_id = "delete_draft",
    tag = "drafts",
    params(
        RecordPath,
        RefreshQuery,
        ("If-Match" = Option<u64>, Header, description = "Only if the draft is of this revision"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 412, description = "The draft is of another revision"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    IfMatch(expected): IfMatch,
    RefreshQuery { refresh }: RefreshQuery,
) -> Result<StatusCode, Failure> {
    records::delete_draft(&ctx, &collection, id, expected, refresh).await?;
    Ok(StatusCode::NO_CONTENT)
}
