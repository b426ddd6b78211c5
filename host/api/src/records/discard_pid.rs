//! Taking a DOI from a draft that was given it.

use axum::response::Response;
use http::StatusCode;
use repono_service::records;

use crate::answer::item;
use crate::error::{Failure, Refusals};
use crate::extract::{By, PidPath, Shape};

/// Discards the DOI that was reserved for a draft.
#[utoipa::path(
    delete,
    path = "/api/{collection}/{id}/draft/pids/{scheme}",
    operation_id = "discard_pid",
    tag = "drafts",
    params(PidPath),
    responses(
        (status = 200, description = "The draft", body = Object),
        (status = 409, description = "Someone else changed it first"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    PidPath { collection, id, scheme }: PidPath,
    shape: Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let draft = records::discard_pid(&ctx, &collection, id, &scheme).await?;
    Ok(item(&shape, &chosen, StatusCode::OK, draft))
}
