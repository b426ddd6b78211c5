//! Keeping the promises that the serving process has not kept.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use repono_domain::CollectionName;

use super::{Verdict, index_batch};
use crate::ports::{Due, Quarantined, Visible};
use crate::{Context, Result};

/// Promises of one round.
const BATCH: u32 = 500;
/// How long another relay leaves a round's promises alone.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Tries before a record is given up: faults of a plugin may come from the circumstances.
const STRIKES: u32 = 2;

/// Keeps what is due. Answers how many promises it has seen to.
pub async fn relay_once(ctx: &Context) -> Result<usize> {
    let due = ctx.database.due(BATCH, LEASE).await?;
    let count = due.len();
    let mut by_collection: BTreeMap<CollectionName, Vec<Due>> = BTreeMap::new();
    for promise in due {
        by_collection.entry(promise.collection.clone()).or_default().push(promise);
    }
    for (collection, promises) in by_collection {
        let ids: Vec<_> = promises.iter().map(|promise| promise.record).collect();
        // Whoever made the promise may have ended before it forgot what was rendered.
        for id in &ids {
            ctx.forget_rendered(&collection, *id).await;
        }
        match index_batch(ctx, &collection, &ids, Visible::OnReturn).await {
            Ok(verdicts) => settle(ctx, promises, verdicts).await?,
            Err(error) => {
                // Search being down is nobody's fault here: it does not count as a strike.
                for promise in &promises {
                    ctx.database
                        .postpone(promise.seq, later(ctx, promise.attempts), &error.to_string())
                        .await?;
                }
            }
        }
    }
    Ok(count)
}

async fn settle(ctx: &Context, promises: Vec<Due>, verdicts: Vec<Verdict>) -> Result<()> {
    let mut kept = Vec::new();
    for (promise, verdict) in promises.into_iter().zip(verdicts) {
        match verdict {
            Verdict::Done => kept.push((promise.record, promise.seq)),
            Verdict::Retry(why)
                if promise.attempts < STRIKES || !is_active(ctx, &promise.collection) =>
            {
                ctx.database.postpone(promise.seq, later(ctx, promise.attempts), &why).await?;
            }
            Verdict::Retry(reason) | Verdict::Refused(reason) => {
                give_up(ctx, promise, reason).await?;
            }
        }
    }
    ctx.database.kept(&kept).await
}

async fn give_up(ctx: &Context, promise: Due, reason: String) -> Result<()> {
    let active = ctx.active.load();
    let Ok(collection) = active.collection(&promise.collection) else { return Ok(()) };
    let plugin = collection.plugin.description().digest.clone();
    tracing::error!(record.id = %promise.record, plugin.name = %collection.plugin.description().name, reason, "record {} cannot be indexed; it is kept and quarantined", promise.record);
    let entry = Quarantined {
        collection: promise.collection,
        record: promise.record,
        plugin,
        reason,
        since: ctx.clock.now(),
    };
    ctx.database.quarantine(promise.seq, &entry).await
}

fn is_active(ctx: &Context, collection: &CollectionName) -> bool {
    ctx.active.load().collections.contains_key(collection)
}

/// Doubles from one second to five minutes.
fn later(ctx: &Context, attempts: u32) -> jiff::Timestamp {
    let seconds = 1_i64 << attempts.min(8);
    ctx.clock
        .now()
        .saturating_add(SignedDuration::from_secs(seconds.min(300)))
        .unwrap_or(jiff::Timestamp::MAX)
}
