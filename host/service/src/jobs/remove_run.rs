//! Forgetting a run.

use repono_domain::TaskId;

use super::read_run;
use crate::ports::Change;
use crate::{Context, Error, Result};

/// Takes a run that is over from its job's list. The task itself is kept as long as all tasks are. For
/// administrators.
///
/// # Errors
/// `Conflict` while it waits or runs.
pub async fn remove_run(ctx: &Context, id: &str, run: &TaskId) -> Result<()> {
    let task = read_run(ctx, id, run).await?.task;
    if !task.state.is_over() {
        return Err(Error::Conflict(format!(
            "The run is not over: it is {}. Stop it first.",
            task.state.as_str()
        )));
    }
    let forget = Change::ForgetRun { schedule: id.to_owned(), task: run.clone() };
    ctx.database.write(vec![forget]).await.map(drop)
}
