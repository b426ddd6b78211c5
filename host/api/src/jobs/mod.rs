//! Jobs and their runs, as `InvenioRDM` has them: `/api/jobs`, `/api/tasks`.

pub(crate) mod all_logs;
pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod logs;
mod plan;
pub(crate) mod read;
pub(crate) mod read_run;
pub(crate) mod remove;
pub(crate) mod remove_run;
pub(crate) mod runs;
pub(crate) mod start;
pub(crate) mod stop;
pub(crate) mod task_args;
pub(crate) mod tasks;

use repono_domain::{Task, TaskId, TaskState};
use repono_service::Services;
use repono_service::jobs::Job;
use repono_service::ports::Run;
use repono_service::records::time;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

/// `/api/jobs/{id}…`
#[derive(IntoParams, Deserialize)]
#[into_params(parameter_in = Path)]
pub(crate) struct JobPath {
    /// A job.
    id: String,
}

/// `/api/jobs/{id}/runs/{run}…`
#[derive(IntoParams, Deserialize)]
#[into_params(parameter_in = Path)]
pub(crate) struct RunPath {
    /// A job.
    id: String,
    /// One of its runs.
    run: String,
}

impl RunPath {
    fn run(&self) -> TaskId {
        TaskId(self.run.clone())
    }
}

fn shown(services: &Services, job: &Job) -> Value {
    let active = job.schedule.as_ref().is_none_or(|state| state.schedule.paused.is_none());
    let plan = job.schedule.as_ref().map(|state| &state.schedule.plan);
    let address = address(services, &job.id);
    json!({
        "id": job.id,
        "created": time(job.created),
        "updated": time(job.updated),
        "title": job.title,
        "description": job.description,
        "active": active,
        "task": job.kind,
        "default_queue": job.queue,
        "default_args": job.payload,
        "schedule": plan.and_then(plan::schedule),
        "last_run": job.last.as_ref().map(|run| shown_run(services, &job.id, run)),
        "links": {
            "self": address,
            "runs": format!("{address}/runs"),
            "self_admin_html": format!("{}/administration/jobs/{}", services.settings.site_url, job.id),
        },
    })
}

/// When a run began is not kept.
fn shown_run(services: &Services, job: &str, run: &Run) -> Value {
    let task = &run.task;
    let address = format!("{}/runs/{}", address(services, job), task.id);
    json!({
        "id": task.id,
        "job_id": job,
        "task_id": task.id,
        "created": time(task.created),
        "updated": time(task.updated),
        "started_by_id": task.created_by.map(|user| user.to_string()),
        "started_at": null,
        "finished_at": task.state.is_over().then(|| time(task.updated)),
        "status": status(task),
        "message": message(task),
        "title": null,
        "args": task.payload,
        "queue": task.queue,
        "links": {
            "self": address,
            "logs": format!("{address}/logs"),
            "stop": format!("{address}/actions/stop"),
        },
    })
}

fn status(task: &Task) -> &'static str {
    match task.state {
        TaskState::Blocked | TaskState::Queued => "QUEUED",
        TaskState::Running if task.cancel_requested => "CANCELLING",
        TaskState::Running => "RUNNING",
        TaskState::Succeeded => "SUCCESS",
        TaskState::Dead => "FAILED",
        TaskState::Cancelled => "CANCELLED",
    }
}

/// Why it failed, else how far it is.
fn message(task: &Task) -> Option<String> {
    let note = task.progress.as_ref().and_then(|progress| progress.get("note"));
    let note = note.and_then(Value::as_str).filter(|note| !note.is_empty());
    task.error.clone().or_else(|| note.map(str::to_owned))
}

fn address(services: &Services, job: &str) -> String {
    format!("{}/jobs/{job}", services.settings.api_url)
}
