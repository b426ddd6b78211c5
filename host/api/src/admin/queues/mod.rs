//! Queues.

pub(crate) mod list;
pub(crate) mod pause;
pub(crate) mod purge;
pub(crate) mod read;
pub(crate) mod resume;

use jiff::Timestamp;
use repono_service::queues::QueueState;
use repono_service::records::time;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

/// `/api/admin/queues/{name}…`
#[derive(IntoParams, Deserialize)]
#[into_params(parameter_in = Path)]
pub(crate) struct QueuePath {
    /// A queue.
    name: String,
}

/// What something is done for.
#[derive(Deserialize, ToSchema)]
#[schema(as = Reason)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// For whoever looks later.
    #[schema(example = "the index is being built anew")]
    why: Option<String>,
}

fn shown(queue: &QueueState, now: Timestamp) -> Value {
    let wait = queue.first_due.map(|due| due.duration_until(now).as_secs().max(0));
    json!({
        "name": queue.name,
        "waiting": queue.waiting,
        "running": queue.running,
        "silent": queue.silent,
        "dead": queue.dead,
        "oldest_due": queue.first_due.map(time),
        "oldest_wait_s": wait,
        "paused": queue.pause.as_ref().map(|pause| json!({
            "since": time(pause.since),
            "by": pause.by.map(|user| user.to_string()),
            "why": pause.why,
        })),
        "worked_on_by": {
            "nodes": queue.nodes,
            "here": queue.here.is_some(),
            "own_workers_here": queue.here.as_ref().and_then(|here| here.workers),
        },
    })
}
