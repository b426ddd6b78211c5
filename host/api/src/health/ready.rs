//! Whether the server can work.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use repono_service::Result;
use serde_json::json;

use crate::options::App;

/// Who does not answer in this time does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tells whether everything answers that requests need, and what does not.
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "ready",
    tag = "health",
    responses(
        (status = 200, description = "Everything does", body = Object),
        (status = 503, description = "Something does not: broken names it", body = Object),
    ),
)]
pub(crate) async fn handler(State(app): State<App>) -> Response {
    let services = &app.services;
    let (database, search) =
        tokio::join!(answers(services.database.ping()), answers(services.search.ping()));
    let told = [("database", database), ("search", search)];
    let problem = services.standing.load().problem.clone();
    let mut broken: Vec<_> =
        told.iter().filter(|(_, answers)| !answers).map(|(name, _)| *name).collect();
    broken.extend(problem.as_ref().map(|_| "plugins"));
    if broken.is_empty() {
        return Json(json!({"status": "ok"})).into_response();
    }
    let body = json!({"status": "unavailable", "broken": broken, "message": problem});
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}

async fn answers(ping: impl Future<Output = Result<()>>) -> bool {
    matches!(tokio::time::timeout(PATIENCE, ping).await, Ok(Ok(())))
}
