//! Taking a tombstone away.

use axum::response::Response;
use http::StatusCode;
use repono_service::records;

use crate::answer::item;
use crate::error::{Failure, Refusals};
use crate::extract::{By, RecordPath, RefreshQuery, Shape};

/// Brings a deleted record back. For administrators.
#[utoipa::path(
    post,
    path = "/api/{collection}/{id}/restore",
    operation_id = "restore_record",
    tag = "records",
    params(RecordPath, RefreshQuery),
    responses(
        (status = 200, description = "The record", body = Object),
        (status = 409, description = "It is not deleted"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    RefreshQuery { refresh }: RefreshQuery,
    shape: Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let record = records::restore(&ctx, &collection, id, refresh).await?;
    Ok(item(&shape.afresh(), &chosen, StatusCode::OK, record))
}
