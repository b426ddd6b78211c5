//! Deleting a published record.

use http::StatusCode;
use repono_service::records::{self, Removal};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::{Failure, Refusals};
use crate::extract::{By, IfMatch, JsonAs, RecordPath, RefreshQuery};

/// Why a record is removed.
#[derive(Deserialize, ToSchema)]
#[schema(as = Removal)]
pub(crate) struct Request {
    removal_reason: Option<Reason>,
    /// Told to readers.
    note: Option<String>,
    /// Whether readers see the tombstone; yes, if left out.
    is_visible: Option<bool>,
    /// What readers may still cite; made from the metadata, if left out.
    citation_text: Option<String>,
}

/// A term of the vocabulary `removalreasons`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Reason {
    id: String,
}

/// Puts a tombstone in a record's place. For administrators.
#[utoipa::path(
    delete,
    path = "/api/{collection}/{id}/delete",
    operation_id = "delete_record",
    tag = "records",
    params(
        RecordPath,
        RefreshQuery,
        ("If-Match" = Option<u64>, Header, description = "Only if the record is of this revision"),
    ),
    request_body = Request,
    responses(
        (status = 204, description = "The record is deleted"),
        (status = 412, description = "The record is of another revision"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    IfMatch(expected): IfMatch,
    RefreshQuery { refresh }: RefreshQuery,
    JsonAs(request): JsonAs<Request>,
) -> Result<StatusCode, Failure> {
    let removal = Removal {
        reason: request.removal_reason.map(|reason| reason.id),
        note: request.note.unwrap_or_default(),
        is_visible: request.is_visible.unwrap_or(true),
        citation_text: request.citation_text,
    };
    records::delete(&ctx, &collection, id, removal, expected, refresh).await?;
    Ok(StatusCode::NO_CONTENT)
}
