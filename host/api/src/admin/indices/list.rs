//! How the indices are.

use axum::response::Response;
use http::StatusCode;
use repono_service::indexing::{self, CollectionState, Progress};
use repono_service::ports::{Comparison, Fill, OutboxLag, Quarantined};
use repono_service::records::time;
use serde_json::{Value, json};

use crate::admin::told;
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
        "lag": lag(state.lag),
        "quarantined": state.quarantined.iter().map(quarantined).collect::<Vec<_>>(),
        "collections": state.collections.iter().map(collection).collect::<Vec<_>>(),
    });
    Ok(answer(&shape, StatusCode::OK, &value))
}

fn lag(lag: Option<OutboxLag>) -> Value {
    let pending = lag.map_or(0, |lag| lag.pending);
    json!({"pending": pending, "oldest": lag.map(|lag| time(lag.oldest))})
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
        "lag": lag(state.lag),
        "quarantined": state.quarantined,
        "next": state.next.as_ref().map(|(fill, progress)| filling(fill, *progress)),
        "kept": state.kept,
        "compared": state.compared.as_ref().map(comparison),
    })
}

fn filling(fill: &Fill, progress: Progress) -> Value {
    let mut value = told("indexing", progress);
    value["index"] = json!(fill.index);
    value["started"] = json!(time(fill.started));
    value["updated"] = json!(time(fill.updated));
    value
}

fn comparison(comparison: &Comparison) -> Value {
    json!({
        "index": comparison.index,
        "started": time(comparison.started),
        "ended": time(comparison.ended),
        "compared": comparison.compared,
        "mended": comparison.mended,
        "waiting": comparison.waiting,
        "refused": comparison.refused,
        "problem": comparison.problem,
    })
}
