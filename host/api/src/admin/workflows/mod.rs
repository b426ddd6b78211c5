//! Workflows.

pub(crate) mod cancel;
pub(crate) mod read;
pub(crate) mod start;

use std::collections::BTreeMap;

use repono_domain::TaskId;
use repono_service::Services;
use repono_service::workflows::Workflow;
use serde_json::{Value, json};
use utoipa::IntoParams;

/// `/api/admin/workflows/{id}…`
#[derive(IntoParams, serde::Deserialize)]
#[into_params(parameter_in = Path)]
pub(crate) struct WorkflowPath {
    /// A workflow: the id of its first task.
    id: String,
}

impl From<WorkflowPath> for TaskId {
    fn from(path: WorkflowPath) -> Self {
        Self(path.id)
    }
}

fn shown(services: &Services, workflow: &Workflow) -> Value {
    let mut states: BTreeMap<&str, u64> = BTreeMap::new();
    for task in &workflow.tasks {
        *states.entry(task.state.as_str()).or_default() += 1;
    }
    let address = format!("{}/admin/workflows/{}", services.settings.api_url, workflow.id);
    json!({
        "id": workflow.id,
        "states": states,
        "tasks": workflow.tasks.iter().map(super::tasks::shown).collect::<Vec<_>>(),
        "links": {"self": address, "cancel": format!("{address}/cancel")},
    })
}
