//! Building an index anew.

use std::num::NonZeroU32;

use axum::response::Response;
use repono_service::indexing::{self, Rebuild};

use super::filled;
use crate::admin::told;
use crate::answer::with_progress;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, CollectionPath, Params};

/// Fills a new index beside the one in use, verifies it, then lets searches move over.
///
/// One that was cut off goes on where it was. The answer is JSON lines of progress, the last of which
/// has `done` or `error`.
#[utoipa::path(
    post,
    path = "/api/admin/indices/{collection}/rebuild",
    operation_id = "rebuild_index",
    tag = "admin",
    params(
        CollectionPath,
        ("rate" = Option<u32>, Query, description = "Documents a second at the most; as configured, if left out"),
        ("restart" = Option<bool>, Query, description = "Begin from nothing, even if a rebuild was cut off and could go on"),
    ),
    responses(
        (status = 200, description = "Progress with rate and remaining_s, then compared, mended, refused, documents, checksum", body = String, content_type = "application/x-ndjson"),
        (status = 409, description = "Something else changes what is in force"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    CollectionPath { collection }: CollectionPath,
    params: Params,
) -> Result<Response, Failure> {
    let how = Rebuild { rate: rate(&params)?, restart: params.flag("restart") };
    with_progress(|teller| async move {
        let each = |progress| teller.tell(told("indexing", progress));
        indexing::rebuild(&ctx, &collection, how, each).await.map(filled)
    })
    .await
}

fn rate(params: &Params) -> Result<Option<NonZeroU32>, Failure> {
    let Some(text) = params.text("rate") else { return Ok(None) };
    let wrong = || Failure::Field("rate", "Must be a whole number of 1 or more.".to_owned());
    text.parse().map(Some).map_err(|_| wrong())
}
