//! Whether the server can work.
//!
//! An index that is behind is told, and does not make a node unready: all nodes have the same index,
//! so that a balancer would take the whole repository away for it, reads and deposits included.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use repono_service::Result;
use repono_service::health::{self, Lagging};
use repono_service::records::time;
use serde_json::{Value, json};

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
        (status = 200, description = "Everything does; degraded if an index is far behind: lagging names it", body = Object),
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
        return Json(at_work(&health::lagging(services))).into_response();
    }
    let body = json!({"status": "unavailable", "broken": broken, "message": problem});
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}

fn at_work(lagging: &[Lagging]) -> Value {
    if lagging.is_empty() {
        return json!({"status": "ok"});
    }
    let told = |lagging: &Lagging| {
        json!({
            "collection": lagging.collection,
            "pending": lagging.pending,
            "oldest": time(lagging.oldest),
            "lag_s": lagging.age.as_secs(),
        })
    };
    json!({"status": "degraded", "lagging": lagging.iter().map(told).collect::<Vec<_>>()})
}

async fn answers(ping: impl Future<Output = Result<()>>) -> bool {
    matches!(tokio::time::timeout(PATIENCE, ping).await, Ok(Ok(())))
}
