//! What every change to a record has in common.

use repono_domain::RecordId;

use crate::collections::Collection;
use crate::indexing::Job;
use crate::ports::Change;
use crate::{Context, Result, events, tasks};

/// Whether an answer waits until what it says can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Refresh {
    /// Answer at once; it can be found soon.
    #[default]
    Soon,
    /// Wait, within bounds; when search is down, answer all the same: the outbox will see to it.
    WaitFor,
}

/// Carries out `changes`, has the index follow for `records`, and forgets what was rendered of them.
pub(crate) async fn write(
    ctx: &Context,
    collection: &Collection,
    changes: Vec<Change>,
    records: &[RecordId],
    refresh: Refresh,
) -> Result<()> {
    let jobs = store(ctx, collection, changes, records).await?;
    for record in records {
        ctx.forget_rendered(&collection.name, *record).await;
    }
    match refresh {
        Refresh::Soon => ctx.indexer.submit(jobs),
        Refresh::WaitFor => ctx.indexer.submit_and_wait(jobs, ctx.settings.indexing.wait).await,
    }
    Ok(())
}

/// Carries out `changes`, together with what follows from them and the promise to index `records`, and
/// answers what is to be indexed.
pub(super) async fn store(
    ctx: &Context,
    collection: &Collection,
    mut changes: Vec<Change>,
    records: &[RecordId],
) -> Result<Vec<Job>> {
    let trace = ctx.traces.current();
    changes.extend(events::follow(ctx, &changes).await?);
    changes.extend(records.iter().map(|&record| Change::Index {
        collection: collection.name.clone(),
        record,
        trace,
    }));
    let written = tasks::store(ctx, changes).await?;
    let job = |(&record, seq)| Job { collection: collection.name.clone(), record, seq, trace };
    Ok(records.iter().zip(written.outbox).map(job).collect())
}
