//! How the indices are.

use axum::response::Response;
use http::StatusCode;
use repono_service::indexing::{self, CollectionState};
use repono_service::ports::Quarantined;
use repono_service::records::time;
use serde_json::{Value, json};

use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Tells how far behind the indices are, what they could not take, and how large they are.
#[utoipa::path(
    get,
    path = "/api/admin/indices",
    operation_id = "list_indices",
    tag = "admin",
    responses((status = 200, description = "lag, quarantined, collections", body = Object), Refusals),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    let state = indexing::state(&ctx).await?;
    let value = json!({
        "lag": {"pending": state.lag.pending, "oldest": state.lag.oldest.map(time)},
        "quarantined": state.quarantined.iter().map(quarantined).collect::<Vec<_>>(),
        "collections": state.collections.iter().map(collection).collect::<Vec<_>>(),
    });
    Ok(answer(&shape, StatusCode::OK, &value))
}

fn quarantined(entry: &Quarantined) -> Value {
    json!({
        "collection": entry.collection,
        "id": entry.record,
        "plugin": entry.plugin,
        "reason": entry.reason,
        "since": time(entry.since),
    })
}

fn collection(state: &CollectionState) -> Value {
    json!({
        "collection": state.collection,
        "index": state.index,
        "documents": state.documents,
        "records": state.records,
        "next": state.next,
    })
}
