//! Building an index anew.

use axum::response::Response;
use repono_service::indexing::{self, Progress};
use serde_json::json;

use super::shown;
use crate::answer::with_progress;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, CollectionPath};

/// Fills a new index beside the one in use, then lets searches move over.
///
/// The answer is JSON lines of progress, the last of which has `done` or `error`.
#[utoipa::path(
    post,
    path = "/api/admin/indices/{collection}/rebuild",
    operation_id = "rebuild_index",
    tag = "admin",
    params(CollectionPath),
    responses(
        (status = 200, description = "Progress, then compared, mended, refused", body = String, content_type = "application/x-ndjson"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    CollectionPath { collection }: CollectionPath,
) -> Result<Response, Failure> {
    with_progress(|teller| async move {
        let each = |Progress { done, total }| {
            teller.tell(json!({"step": "indexing", "of": {"done": done, "total": total}}));
        };
        indexing::rebuild(&ctx, &collection, each).await.map(shown)
    })
    .await
}
