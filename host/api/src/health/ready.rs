//! Whether the server can work.
//!
//! An index that is behind is told, and does not make a node unready: all nodes have the same index,
//! so that a balancer would take the whole repository away for it, reads and deposits included. The same
//! holds for a broker of the queues, and for schedules that cannot fire: no request needs them.

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
        (status = 200, description = "Everything does; degraded if an index is far behind, which lagging names, if the broker of the queues does not answer, which broken names, or if a schedule cannot fire, which schedules tells", body = Object),
        (status = 503, description = "Something does not: broken names it", body = Object),
    ),
)]
pub(crate) async fn handler(State(app): State<App>) -> Response {
    let services = &app.services;
    let queue = async {
        match &services.broker {
            Some(broker) => answers(broker.ping()).await,
            None => true,
        }
    };
    let (database, search, queue) =
        tokio::join!(answers(services.database.ping()), answers(services.search.ping()), queue);
    let told = [("database", database), ("search", search)];
    let problem = services.standing.load().problem.clone();
    let mut broken: Vec<_> =
        told.iter().filter(|(_, answers)| !answers).map(|(name, _)| *name).collect();
    broken.extend(problem.as_ref().map(|_| "plugins"));
    if broken.is_empty() {
        let schedules = &services.health.load().broken_schedules;
        return Json(at_work(&health::lagging(services), queue, schedules)).into_response();
    }
    broken.extend((!queue).then_some("broker"));
    let body = json!({"status": "unavailable", "broken": broken, "message": problem});
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}

fn at_work(lagging: &[Lagging], queue: bool, schedules: &[(String, String)]) -> Value {
    let told = |lagging: &Lagging| {
        json!({
            "collection": lagging.collection,
            "pending": lagging.pending,
            "oldest": time(lagging.oldest),
            "lag_s": lagging.age.as_secs(),
        })
    };
    let mut at_work = json!({"status": "ok"});
    if !lagging.is_empty() {
        at_work["status"] = "degraded".into();
        at_work["lagging"] = lagging.iter().map(told).collect();
    }
    if !queue {
        at_work["status"] = "degraded".into();
        at_work["broken"] = json!(["broker"]);
    }
    if !schedules.is_empty() {
        let told = |(name, why): &(String, String)| json!({"schedule": name, "message": why});
        at_work["status"] = "degraded".into();
        at_work["schedules"] = schedules.iter().map(told).collect();
    }
    at_work
}

async fn answers(ping: impl Future<Output = Result<()>>) -> bool {
    matches!(tokio::time::timeout(PATIENCE, ping).await, Ok(Ok(())))
}
