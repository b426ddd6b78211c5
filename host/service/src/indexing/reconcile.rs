//! Comparing an index with the database, and mending it.

use std::sync::Arc;

use futures::{StreamExt as _, pin_mut};
use repono_domain::CollectionName;

use super::Verdict;
use super::drift::Drift;
use super::mend::{Mended, mend};
use super::pace::Pace;
use super::progress::Progress;
use super::quarantine::{NO_PROMISE, quarantine};
use super::range::in_ranges;
use crate::collections::Collection;
use crate::ports::{Comparison, Filter, Visible};
use crate::{Context, Error, Result};

/// Compares a collection's index with the database by ids and revisions, range by range, and mends
/// what differs. What was found is remembered. For administrators.
#[tracing::instrument(name = "indexing.reconcile", skip_all, fields(collection = %collection))]
pub async fn reconcile(
    ctx: &Context,
    collection: &CollectionName,
    told: impl FnMut(Progress) + Send,
) -> Result<Drift> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let collection = ctx.active.load().collection(collection)?;
    compare(ctx, &collection, told).await
}

/// The same for a collection that is at hand.
pub(crate) async fn compare(
    ctx: &Context,
    collection: &Arc<Collection>,
    told: impl FnMut(Progress) + Send,
) -> Result<Drift> {
    let started = ctx.clock.now();
    let mut drift = Drift::default();
    let result = walk(ctx, collection, &mut drift, told).await;
    let comparison = Comparison {
        collection: collection.name.clone(),
        index: collection.index.clone(),
        started,
        ended: ctx.clock.now(),
        compared: drift.compared,
        mended: drift.mended,
        waiting: drift.waiting,
        refused: drift.refused,
        problem: result.as_ref().err().map(Error::told),
    };
    ctx.database.note_comparison(&comparison).await?;
    result?;
    if drift.mended > 0 || drift.refused > 0 {
        tracing::warn!(collection = %collection.name, compared = drift.compared, mended = drift.mended, refused = drift.refused, "the index of {} differed from the database", collection.name);
    }
    Ok(drift)
}

async fn walk(
    ctx: &Context,
    collection: &Arc<Collection>,
    drift: &mut Drift,
    mut told: impl FnMut(Progress) + Send,
) -> Result<()> {
    let started = ctx.clock.now();
    let total = ctx.database.count(&collection.name, Filter::All).await?;
    let pace = Arc::new(Pace::new(ctx.settings.indexing.rate));
    let compared = in_ranges(ctx, collection, move |ctx, collection, range| {
        let pace = Arc::clone(&pace);
        async move {
            let (differences, waiting, _) = range.look(&ctx, &collection).await?;
            let mended = if differences.is_empty() {
                Mended::default()
            } else {
                mend(&ctx, &collection, differences, &pace, Visible::Eventually).await?
            };
            for (record, verdict) in &mended.failed {
                if let Verdict::Refused(reason) | Verdict::Retry(reason) = verdict {
                    // Whatever was promised meanwhile is still kept.
                    quarantine(&ctx, &collection, *record, NO_PROMISE, reason.clone()).await?;
                }
            }
            Ok((range.outlines.len(), waiting.len(), mended))
        }
    });
    pin_mut!(compared);
    while let Some(range) = compared.next().await {
        let (compared, waiting, mended) = range?;
        drift.add(compared, waiting, mended);
        told(Progress::new(drift.compared, total, started, ctx.clock.now()));
    }
    // An empty write that must be visible commits all that went before.
    ctx.search.write(&collection.index, Vec::new(), Visible::OnReturn).await?;
    Ok(())
}
