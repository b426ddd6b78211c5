//! What can be done.

use std::time::Duration;

use axum::response::Response;
use repono_service::tasks::kinds::{self, Known};
use serde_json::{Value, json};

use crate::admin::whole;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Lists the kinds of tasks that the repository and the plugins in force do.
#[utoipa::path(
    get,
    path = "/api/admin/task-kinds",
    operation_id = "list_task_kinds",
    tag = "admin",
    responses((status = 200, description = "The kinds, with the schemas of their payloads", body = Object), Refusals),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    let active = ctx.active.load();
    let all = kinds::all(&ctx, &active).map(|known| shown(&known));
    let address = format!("{}/admin/task-kinds", ctx.settings.api_url);
    Ok(whole(&shape, all.collect(), &address))
}

fn shown(known: &Known<'_>) -> Value {
    let kind = known.kind;
    json!({
        "kind": known.name(),
        "plugin": known.plugin(),
        "summary": kind.summary,
        "payload_schema": kind.payload_schema,
        "queue": known.queue(),
        "max_attempts": kind.max_attempts,
        "soft_timeout_ms": millis(kind.soft_timeout),
        "timeout_ms": millis(kind.timeout),
        "retry_base_ms": millis(kind.backoff.base),
        "retry_most_ms": millis(kind.backoff.most),
        "idempotent": kind.idempotent,
        "schedule": kind.schedule,
    })
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
