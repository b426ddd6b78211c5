//! What `InvenioRDM` calls jobs: schedules, and kinds of tasks that somebody may run. A run is a task.

mod change;
mod create;
mod list;
mod log;
mod remove;
mod remove_run;
mod runs;
mod start;
mod stop;
mod tasks;

pub use change::change;
pub use create::create;
pub use list::{Job, list, read};
pub use log::{LogQuery, MOST_LINES, RunLine, log};
pub use remove::remove;
pub use remove_run::remove_run;
pub use runs::{read_run, runs};
pub use start::start;
pub use stop::stop;
pub use tasks::{JobTask, tasks};

use repono_domain::Problem;

use crate::Error;

/// The payload of all runs of a job.
const DEFAULTS: &str = "/default_args";
/// The payload of one run.
const ARGUMENTS: &str = "/args";

/// The same with fields as `InvenioRDM` calls them; the payload is here as in `arguments`.
fn in_its_words(error: Error, arguments: &str) -> Error {
    let Error::InvalidDocument(problems) = error else { return error };
    let theirs = |at: &str| {
        let rest = at.strip_prefix("/payload");
        match at {
            "/kind" => "/task".to_owned(),
            "/cron" | "/every" | "/timezone" => "/schedule".to_owned(),
            _ => rest.map_or_else(|| at.to_owned(), |rest| format!("{arguments}{rest}")),
        }
    };
    let problems = problems.into_iter();
    let problems = problems.map(|problem| Problem { at: theirs(&problem.at), ..problem });
    Error::InvalidDocument(problems.collect())
}
