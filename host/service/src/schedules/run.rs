//! Work of a schedule that is wanted now.

use repono_domain::{Schedule, Task};
use serde_json::Value;

use super::amend::{TRIES, find, keeps_changing};
use crate::ports::Change;
use crate::{Context, Error, Kind, Result, tasks};

/// Queues a task of a schedule now, paused or not, with another payload if one is given. Its ticks stay
/// as they are. For administrators.
///
/// # Errors
/// `Conflict` while a task of it waits or runs.
#[tracing::instrument(name = "schedules.run", skip_all, fields(schedule.name = name))]
pub async fn run(ctx: &Context, name: &str, payload: Option<Value>) -> Result<Task> {
    for _ in 0..TRIES {
        let before = find(ctx, name).await?;
        if let Some(task) = unfinished(ctx, &before).await? {
            return Err(Error::Conflict(format!(
                "The schedule {name} has a task that is not over: {} is {}.",
                task.id,
                task.state.as_str()
            )));
        }
        let payload = payload.clone().unwrap_or_else(|| before.plan.payload.clone());
        let task = tasks::prepare(ctx, &before.plan.kind, payload).await?;
        let after = Schedule {
            revision: before.revision + 1,
            updated: task.created,
            last_task: Some(task.id.clone()),
            ..before.clone()
        };
        let changes = vec![
            Change::ReplaceSchedule { schedule: after, expected: before.revision },
            Change::Enqueue(task.clone()),
            Change::NoteRun { schedule: before.name, task: task.id.clone(), tick: None },
        ];
        match tasks::store(ctx, changes).await {
            Ok(_) => return Ok(task),
            Err(error) if error.kind() == Kind::Conflict => {}
            Err(error) => return Err(error),
        }
    }
    Err(keeps_changing(name))
}

/// The last task of a schedule, while it waits or runs.
pub(super) async fn unfinished(ctx: &Context, schedule: &Schedule) -> Result<Option<Task>> {
    let Some(id) = &schedule.last_task else { return Ok(None) };
    let last = ctx.database.task(id).await?;
    Ok(last.filter(|task| !task.state.is_over()))
}
