//! A job that is wanted now.

use serde_json::Value;

use super::{ARGUMENTS, in_its_words, read};
use crate::ports::{Change, Run};
use crate::{Context, Result, schedules, tasks};

/// Queues a run of a job, with other arguments if some are given. For administrators.
///
/// # Errors
/// `Conflict` while a run of its schedule waits or runs; `InvalidDocument` for arguments that its kind
/// refuses.
pub async fn start(ctx: &Context, id: &str, payload: Option<Value>) -> Result<Run> {
    let job = read(ctx, id).await?;
    if job.schedule.is_some() {
        let task = schedules::run(ctx, id, payload).await;
        let task = task.map_err(|error| in_its_words(error, ARGUMENTS))?;
        return Ok(Run { tick: None, task });
    }
    let task = tasks::prepare(ctx, &job.kind, payload.unwrap_or(job.payload)).await;
    let task = task.map_err(|error| in_its_words(error, ARGUMENTS))?;
    let run = Change::NoteRun { schedule: job.id, task: task.id.clone(), tick: None };
    tasks::store(ctx, vec![Change::Enqueue(task.clone()), run]).await?;
    Ok(Run { tick: None, task })
}
