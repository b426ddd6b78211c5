//! Compares each index with the database from time to time, on the node that schedules.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use repono_domain::CollectionName;
use repono_service::{Context, Result, indexing, nodes};
use tokio_util::sync::CancellationToken;

use super::DUTY;

/// How often is looked whether a comparison is due.
const POLL: Duration = Duration::from_mins(1);

/// Compares what is due, one index after the other, until `stop` is cancelled.
pub(in crate::roles) async fn run(ctx: Context, stop: CancellationToken) {
    let Some(every) = ctx.settings.indexing.reconcile_every else { return };
    let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
    while !stop.is_cancelled() {
        let work = async {
            match due(&ctx, every).await {
                Ok(names) => compare(&ctx, names).await,
                Err(error) => {
                    tracing::warn!(error = %error, "nobody can tell which index is to be compared with the database");
                }
            }
            tokio::time::sleep(POLL).await;
        };
        // A comparison that is broken off has mended what it came past, and is due again.
        stop.run_until_cancelled(work).await;
    }
}

async fn compare(ctx: &Context, names: Vec<CollectionName>) {
    for name in names {
        match indexing::reconcile(ctx, &name, |_| {}).await {
            Ok(drift) => {
                tracing::info!(collection = %name, compared = drift.compared, mended = drift.mended, refused = drift.refused, "compared the index of {name} with the database, as it was due");
            }
            Err(error) => {
                tracing::warn!(collection = %name, error = %error, "the index of {name} could not be compared with the database");
            }
        }
    }
}

/// Collections that were last compared, or put in force, longer ago than `every`: if this node is
/// the one that schedules.
async fn due(ctx: &Context, every: SignedDuration) -> Result<Vec<CollectionName>> {
    if !nodes::has_duty(ctx, DUTY).await? {
        return Ok(Vec::new());
    }
    let compared = ctx.database.comparisons().await?;
    let compared: BTreeMap<_, _> =
        compared.into_iter().map(|last| (last.collection, last.ended)).collect();
    let now = ctx.clock.now();
    let active = ctx.active.load();
    let due = active.collections.iter().filter(|(name, collection)| {
        let plugin = active.plugins.get(&collection.plugin.description().name);
        let since = plugin.map_or(Timestamp::MIN, |plugin| plugin.activation.since);
        let last = compared.get(*name).copied().unwrap_or(since).max(since);
        last.duration_until(now) >= every
    });
    Ok(due.map(|(name, _)| name.clone()).collect())
}
