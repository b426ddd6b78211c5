//! Looking at tasks.

use axum::response::Response;
use http::StatusCode;
use repono_domain::{TaskId, TaskState};
use repono_service::ports::TaskFilter;
use repono_service::tasks;
use serde_json::json;

use super::shown;
use crate::answer::{Links, json as answer};
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Params, Shape};

/// Lists tasks, newest first, and how many there are on which queue in which state.
#[utoipa::path(
    get,
    path = "/api/admin/tasks",
    operation_id = "list_tasks",
    tag = "admin",
    params(
        ("state" = Option<String>, Query, description = "blocked, queued, running, succeeded, dead or cancelled"),
        ("queue" = Option<String>, Query, description = "On this queue"),
        ("kind" = Option<String>, Query, description = "Of this kind"),
        ("workflow" = Option<String>, Query, description = "Of this workflow"),
        ("before" = Option<String>, Query, description = "Older than this task, as links.next says"),
        ("size" = Option<u64>, Query, description = "Tasks a page, 50 if left out"),
    ),
    responses((status = 200, description = "A page of tasks, and queues", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let text = |name| params.text(name).map(str::to_owned);
    let size = params.number("size", 50)?.min(500);
    let filter = TaskFilter {
        state: params.text("state").map(state).transpose()?,
        queue: text("queue"),
        kind: text("kind"),
        workflow: text("workflow").map(TaskId),
        before: text("before").map(TaskId),
        limit: u32::try_from(size).unwrap_or(500),
    };
    let found = tasks::list(&ctx, &filter).await?;
    let depths = tasks::depths(&ctx).await?;

    let mut links = Links::new(format!("{}/admin/tasks", ctx.settings.api_url)).with("size", &size);
    for name in ["state", "queue", "kind", "workflow"] {
        if let Some(value) = params.text(name) {
            links = links.with(name, value);
        }
    }
    let mut linked = json!({"self": match &filter.before {
        Some(before) => links.clone().with("before", before).url(),
        None => links.url(),
    }});
    if let Some(last) = found.last()
        && u64::try_from(found.len()).is_ok_and(|count| count == size)
    {
        linked["next"] = json!(links.with("before", &last.id).url());
    }
    let queues = depths.into_iter().map(
        |(queue, state, count)| json!({"queue": queue, "state": state.as_str(), "count": count}),
    );
    let value = json!({
        "hits": {"hits": found.iter().map(shown).collect::<Vec<_>>()},
        "queues": queues.collect::<Vec<_>>(),
        "links": linked,
    });
    Ok(answer(&shape, StatusCode::OK, &value))
}

fn state(text: &str) -> Result<TaskState, Failure> {
    TaskState::from_stored(text).ok_or_else(|| {
        let states = TaskState::ALL.map(TaskState::as_str).join(", ");
        Failure::Field("state", format!("Must be one of: {states}."))
    })
}
