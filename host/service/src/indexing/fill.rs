//! Filling an index, and making sure of it.
//!
//! A fill writes what an index lacks. So one that was cut off goes on where it was: what is there
//! already is compared by its version and not made again.

use std::num::NonZeroU32;
use std::sync::Arc;

use futures::{StreamExt as _, pin_mut};
use jiff::SignedDuration;

use super::drift::Drift;
use super::mend::mend;
use super::pace::Pace;
use super::progress::Progress;
use super::range::in_ranges;
use super::verify::{Verified, verify};
use crate::collections::Collection;
use crate::ports::{Fill, Filter, Visible};
use crate::{Context, Result};

/// How often a fill tells other processes how far it is.
const NOTED: SignedDuration = SignedDuration::from_secs(2);

/// An index that was filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// What was written, and what could not be.
    pub drift: Drift,
    /// What both sides hold.
    pub verified: Verified,
}

/// Brings the index of a collection that is not in use yet, or no longer, in line with the database,
/// and verifies it. `is_noted` says whether it is remembered, so that it can go on after a kill.
pub(crate) async fn fill(
    ctx: &Context,
    collection: &Arc<Collection>,
    rate: Option<NonZeroU32>,
    is_noted: bool,
    told: impl FnMut(Progress) + Send,
) -> Result<Filled> {
    let drift = write_all(ctx, collection, rate, is_noted, told).await?;
    for (record, reason) in &drift.reasons {
        tracing::warn!(record.id = %record, collection = %collection.name, reason, "record {record} cannot be indexed by this version of the plugin");
    }
    // What was written is not to be seen, or counted, before.
    ctx.search.write(&collection.index, Vec::new(), Visible::OnReturn).await?;
    let verified = verify(ctx, collection).await?;
    tracing::info!(collection = %collection.name, index = %collection.index, documents = verified.documents, checksum = verified.checksum, left_out = verified.left_out, "the index {} holds what the database does", collection.index);
    Ok(Filled { drift, verified })
}

/// Brings an index in line that may have lost writes, before anybody uses it: what is promised too.
pub(crate) async fn repair(ctx: &Context, collection: &Arc<Collection>) -> Result<Drift> {
    let drift = write_all(ctx, collection, None, false, |_| {}).await?;
    ctx.search.write(&collection.index, Vec::new(), Visible::OnReturn).await?;
    ctx.search.repaired(&collection.index).await?;
    Ok(drift)
}

async fn write_all(
    ctx: &Context,
    collection: &Arc<Collection>,
    rate: Option<NonZeroU32>,
    is_noted: bool,
    mut told: impl FnMut(Progress) + Send,
) -> Result<Drift> {
    let started = ctx.clock.now();
    let mut fill = Fill {
        collection: collection.name.clone(),
        index: collection.index.clone(),
        plugin: collection.plugin.description().digest.clone(),
        started,
        updated: started,
        done: 0,
        total: ctx.database.count(&collection.name, Filter::All).await?,
    };
    if is_noted {
        ctx.database.note_fill(&fill).await?;
    }
    let pace = Arc::new(Pace::new(rate));
    let filled = in_ranges(ctx, collection, move |ctx, collection, range| {
        let pace = Arc::clone(&pace);
        async move {
            let indexed = range.indexed(&ctx, &collection).await?;
            let differences = range.differences(&indexed);
            let mended = mend(&ctx, &collection, differences, &pace, Visible::Eventually).await?;
            Ok((range.outlines.len(), mended))
        }
    });
    pin_mut!(filled);
    let mut drift = Drift::default();
    while let Some(range) = filled.next().await {
        let (compared, mended) = range?;
        drift.add(compared, 0, mended);
        let now = ctx.clock.now();
        told(Progress::new(drift.compared, fill.total, started, now));
        if is_noted && fill.updated.duration_until(now) >= NOTED {
            fill.updated = now;
            fill.done = drift.compared;
            ctx.database.note_fill(&fill).await?;
        }
    }
    Ok(drift)
}
