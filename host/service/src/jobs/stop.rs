//! Calling a run off.

use repono_domain::TaskId;

use super::read_run;
use crate::ports::Run;
use crate::{Context, Result, tasks};

/// Asks a run to stop: at once if it waits, soon if it runs. For administrators.
///
/// # Errors
/// `Conflict` if it is over already.
pub async fn stop(ctx: &Context, id: &str, run: &TaskId) -> Result<Run> {
    let found = read_run(ctx, id, run).await?;
    Ok(Run { task: tasks::cancel(ctx, run).await?, ..found })
}
