//! What was logged of all runs.

use repono_domain::{LogLine, TaskId};

use crate::ports::RunLog;
use crate::{Context, Error, Result};

/// So many of the newest runs are looked through.
const RUNS: u32 = 500;
/// So many lines are answered at most: the newest.
pub const MOST_LINES: usize = 1000;

/// Which lines a person asks for. None, and no words: all.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// Of this run.
    pub run: Option<TaskId>,
    /// Of runs of this job.
    pub job: Option<String>,
    /// Each of them is part of the line, in whichever case.
    pub words: Vec<String>,
}

/// A line of a run's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunLine {
    /// Whose run.
    pub job: String,
    /// Which.
    pub run: TaskId,
    /// The line.
    pub line: LogLine,
}

/// Lines of all runs that are kept, the oldest first, and how many there are: the newest of them are
/// answered. For administrators.
pub async fn log(ctx: &Context, query: &LogQuery) -> Result<(Vec<RunLine>, usize)> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let logs = ctx.database.run_logs(query.run.as_ref(), RUNS).await?;
    let mut lines: Vec<RunLine> = logs.into_iter().flat_map(|log| matching(log, query)).collect();
    lines.sort_by_key(|line| line.line.at);
    let total = lines.len();
    lines.drain(..total.saturating_sub(MOST_LINES));
    Ok((lines, total))
}

fn matching(log: RunLog, query: &LogQuery) -> Vec<RunLine> {
    let RunLog { schedule: job, task: run, lines } = log;
    if query.job.as_ref().is_some_and(|wanted| *wanted != job) {
        return Vec::new();
    }
    let has_all = |line: &LogLine| {
        let text = line.text.to_lowercase();
        query.words.iter().all(|word| text.contains(&word.to_lowercase()))
    };
    let lines = lines.into_iter().filter(has_all);
    lines.map(|line| RunLine { job: job.clone(), run: run.clone(), line }).collect()
}
