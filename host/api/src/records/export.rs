//! A record in another format.

use axum::extract::Path;
use axum::response::Response;
use repono_service::records;

use crate::answer::exported;
use crate::error::{Failure, Refusals};
use crate::extract::{By, RecordPath};

/// Reads a record in a format, by the format's name or media type.
#[utoipa::path(
    get,
    path = "/api/{collection}/{id}/export/{format}",
    operation_id = "export_record",
    tag = "records",
    params(RecordPath, ("format" = String, Path, description = "Name of a format that an active plugin writes", example = "datacite-json")),
    responses(
        (status = 200, description = "The record in that format"),
        (status = 410, description = "Deleted; the answer has the tombstone"),
        (status = 502, description = "The plugin that writes the format failed"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    segments: Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let Path((_, _, format)) = segments;
    let written = records::export(&ctx, &collection, id, &format).await;
    Ok(exported(written.map_err(Failure::Export)?, &id.to_string()))
}
