//! Role `work`: does tasks.

mod pace;
mod share;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use repono_service::{Context, Services, tasks};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::share::Share;
use crate::config::TasksSection;

/// How long a worker stays away from a database that does not answer, at the most.
const LONGEST: Duration = Duration::from_secs(30);

/// The workers of this process: some for single queues, others for all the rest.
pub(super) fn spawn(
    loops: &mut JoinSet<()>,
    services: &Arc<Services>,
    section: &TasksSection,
    stop: &CancellationToken,
) {
    let workers = &services.workers;
    let own = workers.own().map(|(queue, count)| (Share::of(queue, section), count));
    for (share, count) in own.chain([(Share::of_all_others(section), workers.sharers())]) {
        let share = Arc::new(share);
        for _ in 0..count {
            let ctx = services.as_system();
            loops.spawn(run(ctx, Arc::clone(&share), section.poll(), stop.clone()));
        }
    }
}

/// One worker: does one task after the other until `stop` is cancelled, and then hands the one that
/// it has back.
async fn run(ctx: Context, share: Arc<Share>, poll: Duration, stop: CancellationToken) {
    let mut pause = poll;
    while !stop.is_cancelled() {
        let queues = share.queues(&ctx);
        let choice = share.choose(&queues, Instant::now());
        match tasks::take(&ctx, &choice.queues).await {
            Ok(Some(claimed)) => {
                share.took(&choice, Some(&claimed.task.queue));
                tasks::work_on(ctx.clone(), claimed, stop.clone()).await;
            }
            Ok(None) => {
                share.took(&choice, None);
                pause = poll;
                let patience = choice.patience(poll, Instant::now());
                stop.run_until_cancelled(ctx.queue.wait(&choice.queues, patience)).await;
            }
            Err(error) => {
                share.took(&choice, None);
                tracing::warn!(error = %error, "a worker could not work");
                pause = (pause * 2).min(LONGEST);
                stop.run_until_cancelled(tokio::time::sleep(pause)).await;
            }
        }
    }
}

#[cfg(test)]
mod tests;
