//! DOIs.

pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod retry;
pub(crate) mod retry_failed;

use repono_domain::Doi;
use repono_service::records::time;
use serde_json::{Value, json};

fn shown(doi: &Doi) -> Value {
    json!({
        "id": doi.record,
        "collection": doi.collection,
        "doi": doi.name,
        "progress": doi.progress.as_str(),
        "state": doi.state.map(repono_domain::DoiState::as_str),
        "failure": doi.failure,
        "attempted": doi.attempted.map(time),
        "updated": time(doi.updated),
    })
}
