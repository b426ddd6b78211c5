//! Role `work`: does tasks.

use std::collections::BTreeSet;
use std::time::Duration;

use repono_service::{Context, tasks};
use tokio_util::sync::CancellationToken;

use crate::config::TasksSection;

/// How long a worker stays away from a database that does not answer, at the most.
const LONGEST: Duration = Duration::from_secs(30);

/// One worker: does one task after the other until `stop` is cancelled, and then hands the one that
/// it has back.
pub(super) async fn run(ctx: Context, section: TasksSection, stop: CancellationToken) {
    let mut pause = section.poll();
    while !stop.is_cancelled() {
        let queues = queues(&ctx, &section);
        match tasks::work_once(&ctx, &queues, 1, &stop).await {
            Ok(0) => {
                pause = section.poll();
                stop.run_until_cancelled(ctx.queue.wait(&queues, pause)).await;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = %error, "a worker could not work");
                pause = (pause * 2).min(LONGEST);
                stop.run_until_cancelled(tokio::time::sleep(pause)).await;
            }
        }
    }
}

/// The queues of the configuration, or all that there are kinds of tasks for.
fn queues(ctx: &Context, section: &TasksSection) -> Vec<String> {
    if !section.queues.is_empty() {
        return section.queues.clone();
    }
    let active = ctx.active.load();
    let queues = tasks::kinds::all(ctx, &active).map(|known| known.queue().to_owned());
    queues.chain(["default".to_owned()]).collect::<BTreeSet<_>>().into_iter().collect()
}
