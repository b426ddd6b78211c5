//! Whether the process answers.

use axum::Json;
use serde_json::{Value, json};

/// Tells that the process answers, whatever it needs.
#[utoipa::path(
    get,
    path = "/health/live",
    operation_id = "live",
    tag = "health",
    responses((status = 200, description = "It does", body = Object)),
)]
pub(crate) async fn handler() -> Json<Value> {
    Json(json!({"status": "ok"}))
}
