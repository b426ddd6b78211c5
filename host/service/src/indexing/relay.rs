//! Keeping the promises that the serving process has not kept.
//!
//! Several batches are under way at a time, so that documents are shaped while others are sent. Of
//! several relays, on however many nodes, each takes promises that no other has. While the search
//! engine does not answer one batch at a time asks whether it does again.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use metrics::counter;
use repono_domain::{CollectionName, RecordId};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::quarantine::quarantine;
use super::{Verdict, batch_span, index_batch};
use crate::metrics::RELAYED;
use crate::ports::{Due, Visible};
use crate::{Context, Error, Kind, Result};

/// How long another relay leaves a batch's promises alone.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Tries before a record is given up: faults of a plugin may come from the circumstances.
const STRIKES: u32 = 2;
/// When promises are tried again that nobody was to blame for.
const SOON: SignedDuration = SignedDuration::from_secs(3);
/// The same for a collection that is not active, whose index is filled when it is again.
const INACTIVE: SignedDuration = SignedDuration::from_mins(5);
/// How long the relay stays away from a database or search engine that does not answer, at the most.
const LONGEST: Duration = Duration::from_secs(30);
/// Rendered records that are forgotten at a time.
const FORGOTTEN: usize = 32;

/// Keeps promises until `stop` is cancelled, and then ends what it has begun.
pub async fn relay(ctx: Context, stop: CancellationToken) {
    let mut relay = Relay::new(&ctx);
    let mut batches = JoinSet::new();
    while !(stop.is_cancelled() && batches.is_empty()) {
        let has_room = !stop.is_cancelled() && batches.len() < relay.width;
        if has_room && Instant::now() >= relay.next_look {
            let claimed = relay.claim(&ctx).await;
            if !claimed.is_empty() {
                let visible = relay.visible(&claimed);
                batches.spawn(keep(ctx.clone(), claimed, visible));
            }
            continue;
        }
        tokio::select! {
            Some(kept) = batches.join_next() => match kept {
                Ok(Ok(())) => relay.went_well(),
                Ok(Err(error)) => relay.back_off(&error.told()),
                Err(error) => relay.back_off(&error.to_string()),
            },
            () = tokio::time::sleep_until(relay.next_look), if has_room => {}
            () = stop.cancelled(), if !stop.is_cancelled() => {}
        }
    }
}

/// How fast promises are taken.
struct Relay {
    poll: Duration,
    batch: u32,
    /// Batches at a time, at the most; and now.
    most: usize,
    width: usize,
    /// How long it stays away; none as long as all goes well.
    pause: Option<Duration>,
    next_look: Instant,
}

impl Relay {
    fn new(ctx: &Context) -> Self {
        let options = &ctx.settings.indexing;
        let most = options.batches.max(1);
        Self {
            poll: options.poll,
            batch: options.batch_records.max(1),
            most,
            width: most,
            pause: None,
            next_look: Instant::now(),
        }
    }

    async fn claim(&mut self, ctx: &Context) -> Vec<Due> {
        match ctx.database.due(self.batch, LEASE).await {
            Ok(due) => {
                if !self.fills(&due) {
                    self.next_look = Instant::now() + self.pause.unwrap_or(self.poll);
                }
                due
            }
            Err(error) => {
                self.back_off(&error.told());
                Vec::new()
            }
        }
    }

    fn fills(&self, claimed: &[Due]) -> bool {
        u32::try_from(claimed.len()).is_ok_and(|count| count >= self.batch)
    }

    /// Out of a backlog nothing has to be found at once: making it findable costs as much as writing.
    fn visible(&self, claimed: &[Due]) -> Visible {
        if self.fills(claimed) { Visible::Eventually } else { Visible::OnReturn }
    }

    fn went_well(&mut self) {
        if self.pause.take().is_some() {
            self.next_look = Instant::now();
        }
        self.width = (self.width * 2).min(self.most);
    }

    fn back_off(&mut self, why: &str) {
        if self.pause.is_some() && Instant::now() < self.next_look {
            // Of batches that began together, the first has told.
            return;
        }
        let pause = self.pause.map_or(self.poll, |pause| pause * 2).min(LONGEST);
        tracing::warn!(
            error = why,
            pause_ms = pause.as_millis(),
            "the relay could not work, and tries again"
        );
        self.width = 1;
        self.pause = Some(pause);
        self.next_look = Instant::now() + pause;
    }
}

/// Keeps a batch of promises. Fails if nothing can be indexed at this moment.
async fn keep(ctx: Context, due: Vec<Due>, visible: Visible) -> Result<()> {
    let mut by_collection: BTreeMap<CollectionName, Vec<Due>> = BTreeMap::new();
    for promise in due {
        by_collection.entry(promise.collection.clone()).or_default().push(promise);
    }
    let mut obstacle = None;
    for (collection, promises) in by_collection {
        let asked_in = promises.iter().filter_map(|promise| promise.trace);
        let span = batch_span(&ctx, &collection, promises.len(), asked_in);
        let met = keep_of(&ctx, &collection, promises, visible).instrument(span).await?;
        obstacle = obstacle.or(met);
    }
    obstacle.map_or(Ok(()), Err)
}

/// Of one collection. Answers why nothing at all can be indexed at this moment, if that is so.
async fn keep_of(
    ctx: &Context,
    collection: &CollectionName,
    promises: Vec<Due>,
    visible: Visible,
) -> Result<Option<Error>> {
    if !ctx.active.load().collections.contains_key(collection) {
        let why = format!("the collection {collection} is not active");
        postpone(ctx, &numbers(&promises), INACTIVE, &why).await?;
        return Ok(None);
    }
    let ids: Vec<_> = promises.iter().map(|promise| promise.record).collect();
    // Whoever made the promise may have ended before it forgot what was rendered.
    let rendered = stream::iter(&ids);
    rendered.for_each_concurrent(FORGOTTEN, |id| ctx.forget_rendered(collection, *id)).await;
    match index_batch(ctx, collection, &ids, visible).await {
        Ok(verdicts) => settle(ctx, promises, verdicts).await.map(|()| None),
        Err(error) => {
            let why = error.told();
            postpone(ctx, &numbers(&promises), SOON, &why).await?;
            if error.kind() == Kind::Unavailable {
                return Ok(Some(error));
            }
            // Of this collection alone: the others do not wait for it.
            tracing::warn!(%collection, records = ids.len(), error = why, "the relay could not index records of {collection}, and tries again");
            Ok(None)
        }
    }
}

async fn settle(ctx: &Context, promises: Vec<Due>, verdicts: Vec<Verdict>) -> Result<()> {
    let (mut kept, mut waiting) = (Vec::new(), Vec::new());
    let mut why_waiting = None;
    for (promise, verdict) in promises.into_iter().zip(verdicts) {
        let number = (promise.record, promise.seq);
        match verdict {
            Verdict::Done => kept.push(number),
            Verdict::Later(why) => {
                waiting.push(number);
                why_waiting = Some(why);
            }
            Verdict::Retry(why) if promise.attempts < STRIKES => {
                ctx.database.failed(&[number], again(ctx, promise.attempts), &why).await?;
                relayed("failed", 1);
            }
            Verdict::Retry(reason) | Verdict::Refused(reason) => {
                give_up(ctx, promise, reason).await?;
            }
        }
    }
    if let Some(why) = why_waiting {
        postpone(ctx, &waiting, SOON, &why).await?;
    }
    ctx.database.kept(&kept).await?;
    relayed("kept", kept.len());
    Ok(())
}

async fn postpone(
    ctx: &Context,
    promises: &[(RecordId, i64)],
    pause: SignedDuration,
    why: &str,
) -> Result<()> {
    ctx.database.postpone(promises, after(ctx, pause), why).await?;
    relayed("postponed", promises.len());
    Ok(())
}

fn relayed(outcome: &'static str, promises: usize) {
    counter!(RELAYED, "outcome" => outcome).increment(u64::try_from(promises).unwrap_or(u64::MAX));
}

async fn give_up(ctx: &Context, promise: Due, reason: String) -> Result<()> {
    let active = ctx.active.load_full();
    let Ok(collection) = active.collection(&promise.collection) else { return Ok(()) };
    tracing::error!(record.id = %promise.record, plugin.name = %collection.plugin.description().name, reason, "record {} cannot be indexed; it is kept and quarantined", promise.record);
    quarantine(ctx, &collection, promise.record, promise.seq, reason).await?;
    relayed("quarantined", 1);
    Ok(())
}

fn numbers(promises: &[Due]) -> Vec<(RecordId, i64)> {
    promises.iter().map(|promise| (promise.record, promise.seq)).collect()
}

fn after(ctx: &Context, pause: SignedDuration) -> Timestamp {
    ctx.clock.now().saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// Doubles from one second to five minutes.
fn again(ctx: &Context, attempts: u32) -> Timestamp {
    let seconds = 1_i64 << attempts.min(8);
    after(ctx, SignedDuration::from_secs(seconds.min(300)))
}
