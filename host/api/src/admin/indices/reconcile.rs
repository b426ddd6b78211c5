//! Comparing an index with the database.

use axum::response::Response;
use repono_service::indexing;

use super::shown;
use crate::admin::told;
use crate::answer::with_progress;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, CollectionPath};

/// Compares a collection's index with the database, and mends it.
///
/// The answer is JSON lines of progress, the last of which has `done` or `error`.
#[utoipa::path(
    post,
    path = "/api/admin/indices/{collection}/reconcile",
    operation_id = "reconcile_index",
    tag = "admin",
    params(CollectionPath),
    responses(
        (status = 200, description = "Progress, then compared, mended, waiting, refused", body = String, content_type = "application/x-ndjson"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    CollectionPath { collection }: CollectionPath,
) -> Result<Response, Failure> {
    with_progress(|teller| async move {
        let each = |progress| teller.tell(told("comparing", progress));
        indexing::reconcile(&ctx, &collection, each).await.map(shown)
    })
    .await
}
