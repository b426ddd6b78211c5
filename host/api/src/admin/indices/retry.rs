//! Trying again what was given up.

use axum::response::Response;
use http::StatusCode;
use repono_domain::RecordId;
use repono_service::indexing;
use serde_json::json;

use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, CollectionPath, Params, Shape};

/// Tries again to index what plugins could not: all of a collection, or one record.
#[utoipa::path(
    post,
    path = "/api/admin/indices/{collection}/retry",
    operation_id = "retry_quarantined",
    tag = "admin",
    params(
        CollectionPath,
        ("record" = Option<String>, Query, description = "This record alone"),
    ),
    responses(
        (status = 202, description = "released: how many records will be tried", body = Object),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    CollectionPath { collection }: CollectionPath,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let released = indexing::retry(&ctx, &collection, record(&params)?).await?;
    Ok(answer(&shape, StatusCode::ACCEPTED, &json!({ "released": released })))
}

fn record(params: &Params) -> Result<Option<RecordId>, Failure> {
    let Some(text) = params.text("record") else { return Ok(None) };
    let wrong = || Failure::Field("record", "Not the id of a record.".to_owned());
    text.parse().map(Some).map_err(|_| wrong())
}
