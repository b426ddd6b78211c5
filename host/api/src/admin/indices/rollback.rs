//! Going back to the index from before a rebuild.

use axum::response::Response;
use repono_service::indexing;

use super::filled;
use crate::admin::told;
use crate::answer::with_progress;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, CollectionPath};

/// Brings the index that the last rebuild replaced in line, then lets searches move back to it.
///
/// The answer is JSON lines of progress, the last of which has `done` or `error`.
#[utoipa::path(
    post,
    path = "/api/admin/indices/{collection}/rollback",
    operation_id = "roll_back_index",
    tag = "admin",
    params(CollectionPath),
    responses(
        (status = 200, description = "Progress, then compared, mended, refused, documents, checksum", body = String, content_type = "application/x-ndjson"),
        (status = 409, description = "No index is kept, or something else changes what is in force"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    CollectionPath { collection }: CollectionPath,
) -> Result<Response, Failure> {
    with_progress(|teller| async move {
        let each = |progress| teller.tell(told("indexing", progress));
        indexing::rollback(&ctx, &collection, each).await.map(filled)
    })
    .await
}
