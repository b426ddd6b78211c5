//! What jobs can be made of.

use axum::response::Response;
use repono_service::Context;
use repono_service::jobs::{self, JobTask};
use serde_json::{Value, json};

use crate::answer::{Hits, list_of};
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Lists the tasks that jobs can be made of.
#[utoipa::path(
    get,
    path = "/api/tasks",
    operation_id = "list_job_tasks",
    tag = "jobs",
    responses((status = 200, description = "All tasks", body = Object), Refusals),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    let address = format!("{}/tasks", ctx.settings.api_url);
    let shown = |task: JobTask| -> Value {
        let address = format!("{address}/{}", task.id);
        json!({
            "id": task.id,
            "name": task.id,
            "title": task.id,
            "description": task.summary,
            "parameters": task.payload_schema.get("properties"),
            "links": {"args": format!("{address}/args")},
        })
    };
    let items: Vec<Value> = jobs::tasks(&ctx)?.into_iter().map(shown).collect();
    let total = u64::try_from(items.len()).unwrap_or_default();
    let links = json!({"self": address});
    Ok(list_of(&shape, &Hits { items, total, sort: None, page: 1, links }))
}

/// Where tasks of a kind wait.
pub(super) fn queue(ctx: &Context, kind: &str) -> Option<String> {
    let tasks = jobs::tasks(ctx).unwrap_or_default();
    tasks.into_iter().find(|task| task.id == kind).map(|task| task.queue)
}
