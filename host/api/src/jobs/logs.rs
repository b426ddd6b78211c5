//! What became of a run, line by line.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use repono_domain::{LogLevel, LogLine, TaskId};
use repono_service::jobs;
use repono_service::ports::Run;
use repono_service::records::time;
use repono_service::tasks;
use serde_json::{Value, json};

use super::{RunPath, address, message, status};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Tells what is known of a run: when it was asked for, what was logged of its task, and how it is now.
#[utoipa::path(
    get,
    path = "/api/jobs/{id}/runs/{run}/logs",
    operation_id = "read_run_logs",
    tag = "jobs",
    params(RunPath),
    responses((status = 200, description = "Lines, the oldest first", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<RunPath>,
    shape: Shape,
) -> Result<Response, Failure> {
    let run = jobs::read_run(&ctx, &path.id, &path.run()).await?;
    let lines = lines(&path.id, &run, &tasks::log(&ctx, &run.task.id).await?);
    let address = format!("{}/runs/{}/logs", address(&ctx, &path.id), run.task.id);
    let value = json!({
        "hits": {"total": lines.len(), "hits": lines},
        "sortBy": ["timestamp"],
        "links": {"self": address},
    });
    Ok(answer(&shape, StatusCode::OK, &value))
}

fn lines(job: &str, run: &Run, logged: &[LogLine]) -> Vec<Value> {
    let task = &run.task;
    let line = |at, level: &str, message: &str| line(job, &task.id, at, level, message);
    let asked = run.tick.map_or_else(
        || "Somebody asked for it.".to_owned(),
        |tick| format!("Its time came at {}.", time(tick)),
    );
    let mut lines = vec![line(task.created, "INFO", &asked)];
    lines.extend(logged.iter().map(|logged| line(logged.at, name(logged.level), &logged.text)));
    if task.attempts > 0 || task.state.is_over() {
        let level = if task.error.is_some() { "ERROR" } else { "INFO" };
        let now = format!("{}, attempts: {} of {}", status(task), task.attempts, task.max_attempts);
        let told = message(task).map_or_else(|| now.clone(), |message| format!("{now}: {message}"));
        lines.push(line(task.updated, level, &told));
    }
    lines
}

/// A line as `InvenioRDM` shows it.
pub(super) fn line(job: &str, run: &TaskId, at: Timestamp, level: &str, message: &str) -> Value {
    json!({
        "timestamp": time(at),
        "level": level,
        "message": message,
        "context": {"job_id": job, "run_id": run},
    })
}

/// As `InvenioRDM` calls it.
pub(super) fn name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Trace | LogLevel::Debug => "DEBUG",
        LogLevel::Info => "INFO",
        LogLevel::Warn => "WARNING",
        LogLevel::Error => "ERROR",
    }
}
