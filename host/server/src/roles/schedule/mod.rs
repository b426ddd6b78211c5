//! Role `schedule`: queues what is due, and keeps schedules in line with the kinds of tasks in force.
//!
//! Of all nodes one looks, which saves the others the questions. Should two look all the same, a tick
//! makes one task: that is decided where it is stored.

use std::collections::BTreeSet;
use std::time::Duration;

use repono_service::{Context, Result, nodes, schedules};
use tokio_util::sync::CancellationToken;

/// Plugins come and go, so that a schedule is looked at this often.
const POLL: Duration = Duration::from_secs(5);
/// How often the other nodes look whether the one that schedules is gone.
const TURN: Duration = Duration::from_secs(2);
/// Of all nodes one schedules.
const DUTY: &str = "schedule";

/// Queues what is due until `stop` is cancelled.
pub(super) async fn run(ctx: Context, stop: CancellationToken) {
    let mut known = BTreeSet::new();
    while !stop.is_cancelled() {
        let here = nodes::has_duty(&ctx, DUTY).await.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "nobody can tell whose turn it is to schedule");
            false
        });
        if !here {
            stop.run_until_cancelled(tokio::time::sleep(TURN)).await;
            continue;
        }
        match look(&ctx).await {
            Ok(told) => {
                // What stays as it is is told once.
                for sentence in told.difference(&known) {
                    tracing::warn!("{sentence}");
                }
                known = told;
            }
            Err(error) => {
                tracing::warn!(error = %error, "nobody can tell which schedules are due");
            }
        }
        stop.run_until_cancelled(tokio::time::sleep(POLL)).await;
    }
}

/// Looks once. Answers a sentence for each schedule with which something is wrong.
async fn look(ctx: &Context) -> Result<BTreeSet<String>> {
    let mut told = schedules::follow(ctx).await?;
    told.extend(schedules::fire_due(ctx).await?);
    Ok(told.into_iter().collect())
}

#[cfg(test)]
mod tests;
