//! Role `schedule`: queues the tasks whose plugins say when they are due.
//!
//! The last task of a kind says what was done, so nothing else is kept: a time that passed while no
//! server ran is made up for once, and a task that is still waiting or running is not queued again.

mod indices;

use std::str::FromStr as _;
use std::time::Duration;

use croner::Cron;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use repono_domain::TaskState;
use repono_service::ports::TaskFilter;
use repono_service::{Context, Result, nodes, tasks};
use tokio_util::sync::CancellationToken;

pub(super) use self::indices::run as reconcile;

/// Plugins come and go, so that a schedule is looked at this often.
const POLL: Duration = Duration::from_secs(5);
/// How often the other nodes look whether the one that schedules is gone.
const TURN: Duration = Duration::from_secs(2);
/// Of all nodes one schedules.
const DUTY: &str = "schedule";

/// Queues what is due until `stop` is cancelled.
pub(super) async fn run(ctx: Context, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let here = nodes::has_duty(&ctx, DUTY).await.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "nobody can tell whose turn it is to schedule");
            false
        });
        if !here {
            stop.run_until_cancelled(tokio::time::sleep(TURN)).await;
            continue;
        }
        for Scheduled { kind, cron, since } in scheduled(&ctx) {
            if let Err(error) = queue_if_due(&ctx, &kind, &cron, since).await {
                tracing::warn!(task.kind = kind, error = %error, "the scheduled task {kind} could not be queued");
            }
        }
        stop.run_until_cancelled(tokio::time::sleep(POLL)).await;
    }
}

struct Scheduled {
    kind: String,
    cron: String,
    /// Times before its plugin came into force are nobody's.
    since: Timestamp,
}

fn scheduled(ctx: &Context) -> Vec<Scheduled> {
    let active = ctx.active.load();
    let all = active.plugins.iter().flat_map(|(name, plugin)| {
        let kinds = &plugin.plugin.description().kinds;
        kinds.iter().filter_map(move |kind| {
            let cron = kind.schedule.clone()?;
            Some(Scheduled {
                kind: format!("{name}.{}", kind.name),
                cron,
                since: plugin.activation.since,
            })
        })
    });
    all.collect()
}

async fn queue_if_due(ctx: &Context, kind: &str, cron: &str, since: Timestamp) -> Result<()> {
    let filter = TaskFilter { kind: Some(kind.to_owned()), limit: 1, ..TaskFilter::default() };
    let last = tasks::list(ctx, &filter).await?.into_iter().next();
    if last
        .as_ref()
        .is_some_and(|last| matches!(last.state, TaskState::Queued | TaskState::Running))
    {
        return Ok(());
    }
    let after = last.map_or(since, |last| last.created.max(since));
    if next(cron, after)? > ctx.clock.now() {
        return Ok(());
    }
    let task = tasks::enqueue(ctx, kind, serde_json::json!({})).await?;
    tracing::info!(task.id = %task.id, task.kind = kind, "queued the scheduled task {kind}");
    Ok(())
}

/// The first time of `cron`, in UTC, after `after`.
fn next(cron: &str, after: Timestamp) -> Result<Timestamp> {
    let wrong = |error: croner::errors::CronError| {
        repono_service::Error::Invalid(format!("its schedule {cron:?} is wrong: {error}"))
    };
    let cron = Cron::from_str(cron).map_err(wrong)?;
    let next = cron.find_next_occurrence(&after.to_zoned(TimeZone::UTC), false);
    Ok(next.map_err(wrong)?.timestamp())
}

#[cfg(test)]
mod tests;
