//! Looking at jobs.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::tasks::{JobTask, tasks};
use crate::ports::Run;
use crate::schedules::{self, ScheduleState};
use crate::{Context, Error, Result};

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its schedule's name, or its kind.
    pub id: String,
    /// For people.
    pub title: String,
    /// For people.
    pub description: String,
    /// The kind of its tasks.
    pub kind: String,
    /// Where they wait; none: the kind is unknown.
    pub queue: Option<String>,
    /// What they get.
    pub payload: Value,
    /// None: a kind without a schedule.
    pub schedule: Option<ScheduleState>,
    /// When it was first met.
    pub created: Timestamp,
    /// Its last change.
    pub updated: Timestamp,
    /// Its newest run.
    pub last: Option<Run>,
}

/// All jobs, by title. For administrators.
pub async fn list(ctx: &Context) -> Result<Vec<Job>> {
    let tasks = tasks(ctx)?;
    let scheduled = schedules::list(ctx).await?;
    let mut jobs: Vec<Job> = tasks.iter().map(of_task).collect();
    jobs.retain(|job| scheduled.iter().all(|state| state.schedule.name != job.id));
    jobs.extend(scheduled.into_iter().map(|state| of_schedule(&tasks, state)));
    jobs.sort_by(|one, other| (&one.title, &one.id).cmp(&(&other.title, &other.id)));
    for job in &mut jobs {
        job.last = ctx.database.runs(&job.id, 0, 1).await?.pop();
    }
    Ok(jobs)
}

/// One job. For administrators.
pub async fn read(ctx: &Context, id: &str) -> Result<Job> {
    let tasks = tasks(ctx)?;
    let found = match schedules::read(ctx, id).await {
        Ok(state) => Some(of_schedule(&tasks, state)),
        Err(Error::NotFound(_)) => tasks.iter().find(|task| task.id == id).map(of_task),
        Err(error) => return Err(error),
    };
    let mut job = found.ok_or_else(|| Error::NotFound(format!("There is no job {id}.")))?;
    job.last = ctx.database.runs(id, 0, 1).await?.pop();
    Ok(job)
}

fn of_schedule(tasks: &[JobTask], state: ScheduleState) -> Job {
    let schedule = &state.schedule;
    let plan = &schedule.plan;
    let title = if plan.title.is_empty() { &schedule.name } else { &plan.title };
    let task = tasks.iter().find(|task| task.id == plan.kind);
    Job {
        id: schedule.name.clone(),
        title: title.clone(),
        description: plan.description.clone(),
        kind: plan.kind.clone(),
        queue: task.map(|task| task.queue.clone()),
        payload: plan.payload.clone(),
        created: schedule.created,
        updated: schedule.updated,
        last: None,
        schedule: Some(state),
    }
}

fn of_task(task: &JobTask) -> Job {
    Job {
        id: task.id.clone(),
        title: task.id.clone(),
        description: task.summary.clone(),
        kind: task.id.clone(),
        queue: Some(task.queue.clone()),
        payload: json!({}),
        schedule: None,
        created: task.since,
        updated: task.since,
        last: None,
    }
}
