//! The short cut from a commit to the index.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use repono_domain::{CollectionName, RecordId, TraceParent};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tracing::Instrument as _;

use super::{Verdict, batch_span, index_batch};
use crate::Context;
use crate::ports::Visible;

/// Writes that wait, at the most. What finds no room is left to the relay.
const ROOM: usize = 4096;
/// Records of one batch, at the most.
const BATCH: usize = 128;
/// How long a record for which nobody waits is kept for others to come along: a batch of many costs
/// plugin, database and search engine little more than one of one.
const GATHER: Duration = Duration::from_millis(100);
/// Between the transactions that strike out promises kept. To keep one twice does no harm, so they
/// are not worth a transaction for each batch.
const STRIKE_OUT: Duration = Duration::from_millis(100);

/// A record that has just been written, and the promise to index it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Where it belongs.
    pub collection: CollectionName,
    /// Which.
    pub record: RecordId,
    /// The promise's number.
    pub seq: i64,
    /// The trace in which it was made.
    pub trace: Option<TraceParent>,
}

struct Submitted {
    job: Job,
    visible: Visible,
    done: Option<oneshot::Sender<()>>,
}

/// Takes records that have just been written and indexes them in batches.
pub struct Indexer {
    submit: mpsc::Sender<Submitted>,
    submitted: Mutex<Option<mpsc::Receiver<Submitted>>>,
}

impl Default for Indexer {
    fn default() -> Self {
        let (submit, submitted) = mpsc::channel(ROOM);
        Self { submit, submitted: Mutex::new(Some(submitted)) }
    }
}

impl Indexer {
    /// Indexes soon.
    pub fn submit(&self, jobs: Vec<Job>) {
        for job in jobs {
            // Without room, the promise in the outbox is kept by the relay.
            let _ = self
                .submit
                .try_send(Submitted { job, visible: Visible::Eventually, done: None })
                .ok();
        }
    }

    /// Indexes soon; waits for room, so that a bulk load goes no faster than the index.
    pub async fn submit_bulk(&self, jobs: Vec<Job>) {
        for job in jobs {
            let _ = self
                .submit
                .send(Submitted { job, visible: Visible::Eventually, done: None })
                .await
                .ok();
        }
    }

    /// Answers when the records can be found, or when `patience` ends: the outbox will see to the rest.
    pub async fn submit_and_wait(&self, jobs: Vec<Job>, patience: Duration) {
        let mut waits = Vec::with_capacity(jobs.len());
        let wait = async {
            for job in jobs {
                let (done, wait) = oneshot::channel();
                if self
                    .submit
                    .send(Submitted { job, visible: Visible::OnReturn, done: Some(done) })
                    .await
                    .is_ok()
                {
                    waits.push(wait);
                }
            }
            for wait in waits {
                let _ = wait.await.ok();
            }
        };
        if tokio::time::timeout(patience, wait).await.is_err() {
            tracing::warn!("the search index did not follow in time; the outbox will see to it");
        }
    }

    /// Works until `stop` is cancelled, then finishes what it has begun. Only the first call works.
    pub async fn run(ctx: Context, stop: tokio_util::sync::CancellationToken) {
        let Some(mut submitted) =
            ctx.indexer.submitted.lock().ok().and_then(|mut submitted| submitted.take())
        else {
            return;
        };
        let mut batches = tokio::task::JoinSet::new();
        // Those that are shaped while others are committed share the next commit.
        let most = ctx.settings.indexing.batches.max(1);
        let mut batch = Vec::with_capacity(BATCH);
        let mut leaves = Instant::now();
        let mut kept = Vec::new();
        let mut pauses = tokio::time::interval(STRIKE_OUT);
        pauses.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let has_room = batches.len() < most;
            let gathered = batch.len();
            tokio::select! {
                biased;
                // What waits already is still taken up.
                () = stop.cancelled(), if !submitted.is_closed() => submitted.close(),
                Some(promises) = batches.join_next() => kept.extend(promises.unwrap_or_default()),
                _ = pauses.tick(), if !kept.is_empty() => {
                    strike_out(&ctx, std::mem::take(&mut kept)).await;
                }
                count = submitted.recv_many(&mut batch, BATCH - gathered), if has_room => {
                    if gathered == 0 {
                        leaves = Instant::now() + GATHER;
                    }
                    let is_last = count == 0;
                    if is_last || batch.len() == BATCH || batch[gathered..].iter().any(is_awaited) {
                        batches.spawn(index(ctx.clone(), std::mem::take(&mut batch)));
                    }
                    if is_last {
                        break;
                    }
                }
                () = sleep_until(leaves), if has_room && gathered > 0 => {
                    batches.spawn(index(ctx.clone(), std::mem::take(&mut batch)));
                }
            }
        }
        while let Some(promises) = batches.join_next().await {
            kept.extend(promises.unwrap_or_default());
        }
        strike_out(&ctx, kept).await;
    }
}

fn is_awaited(submitted: &Submitted) -> bool {
    submitted.done.is_some()
}

/// Indexes; answers which promises are kept.
async fn index(ctx: Context, batch: Vec<Submitted>) -> Vec<(RecordId, i64)> {
    let mut kept = Vec::with_capacity(batch.len());
    let mut by_collection: BTreeMap<CollectionName, Vec<Submitted>> = BTreeMap::new();
    for submitted in batch {
        by_collection.entry(submitted.job.collection.clone()).or_default().push(submitted);
    }
    for (collection, mut batch) in by_collection {
        // It is a part of the trace of its first: of somebody who waits, if anybody does.
        batch.sort_by_key(|submitted| !is_awaited(submitted));
        let visible = if batch.iter().any(|submitted| submitted.visible == Visible::OnReturn) {
            Visible::OnReturn
        } else {
            Visible::Eventually
        };
        let ids: Vec<_> = batch.iter().map(|submitted| submitted.job.record).collect();
        let asked_in = batch.iter().filter_map(|submitted| submitted.job.trace);
        let span = batch_span(&ctx, &collection, ids.len(), asked_in);
        let indexed = index_batch(&ctx, &collection, &ids, visible).instrument(span).await;
        let verdicts = match indexed {
            Ok(verdicts) => verdicts,
            Err(error) => {
                tracing::warn!(%collection, records = ids.len(), error = %error, "indexing failed; the outbox will see to it");
                continue;
            }
        };
        let (jobs, waits): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|submitted| (submitted.job, submitted.done)).unzip();
        // Dropping a sender answers its waiter as well: what was not indexed now is the outbox's.
        for done in waits.into_iter().flatten() {
            let _ = done.send(()).ok();
        }
        kept.extend(
            jobs.iter()
                .zip(&verdicts)
                .filter(|(_, verdict)| **verdict == Verdict::Done)
                .map(|(job, _)| (job.record, job.seq)),
        );
    }
    kept
}

async fn strike_out(ctx: &Context, kept: Vec<(RecordId, i64)>) {
    for kept in kept.chunks(BATCH) {
        if let Err(error) = ctx.database.kept(kept).await {
            tracing::warn!(error = %error, "promises kept could not be struck out; the relay will keep them again");
        }
    }
}
