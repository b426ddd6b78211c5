//! `repono.tidy`: removes what nobody will ask for any more.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use repono_domain::{DeliveryState, LetterState, TaskId, TaskState};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{OwnTask, kind, read};
use crate::ports::{Change, Outcome, TaskFilter, TaskHost, TaskKind};
use crate::tasks::kinds;
use crate::{Context, Error, Result};

/// How long one attempt may take.
const LIMIT: Duration = Duration::from_hours(2);
/// Tasks that are looked at together.
const BATCH: u32 = 200;
/// Tokens that are removed together.
const TOKENS: usize = 200;
/// A token that has expired is shown for so long.
const TOKEN_SHOWN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The states of tasks that are over, in the order in which they are looked through.
const OVER: [TaskState; 3] = [TaskState::Succeeded, TaskState::Cancelled, TaskState::Dead];

pub(super) struct Tidy(TaskKind);

impl Tidy {
    pub(super) fn new() -> Self {
        let days = json!({"type": "integer", "minimum": 0, "maximum": 100_000});
        Self(TaskKind {
            payload_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {"keep_days": days, "keep_dead_days": days},
            }),
            schedule: Some("40 3 * * *".to_owned()),
            ..kind(
                "tidy",
                "Removes tasks that are long over, letters and deliveries that are, and tokens that have long expired",
                LIMIT,
            )
        })
    }
}

/// In place of what is configured. 0: for ever.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    keep_days: Option<u32>,
    keep_dead_days: Option<u32>,
}

/// How far it is, kept as its checkpoint.
#[derive(Default, Serialize, Deserialize)]
struct Place {
    /// So many of [`OVER`] have been looked through.
    states: usize,
    /// The last task of the next one that has been looked at.
    after: Option<TaskId>,
    removed: u64,
}

#[async_trait]
impl OwnTask for Tidy {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    async fn execute(
        &self,
        ctx: &Context,
        payload: &Value,
        host: &dyn TaskHost,
    ) -> Result<Outcome> {
        let payload: Payload = read(payload)?;
        let kept = &ctx.settings.tasks;
        let over = before(ctx, payload.keep_days.map_or(kept.keep, days));
        let dead = before(ctx, payload.keep_dead_days.map_or(kept.keep_dead, days));
        let spared = last_of_schedules(ctx).await?;
        let mut place = match host.last_checkpoint().await {
            Some(place) => Place::deserialize(place)
                .map_err(|error| Error::internal("a checkpoint cannot be read", error))?,
            None => Place::default(),
        };

        while let Some(&state) = OVER.get(place.states) {
            if host.is_cancelled().await {
                return Ok(Outcome::Cancelled);
            }
            let before = if state == TaskState::Dead { dead } else { over };
            place = match before {
                Some(before) => page(ctx, state, before, &spared, place).await?,
                None => Place { states: place.states + 1, after: None, ..place },
            };
            host.checkpoint(json!(place)).await;
            let note = format!("{} tasks removed", place.removed);
            host.progress(place.removed, None, note).await;
        }
        let tokens = expired_tokens(ctx).await?;
        let (mut letters, mut deliveries) = (0, 0);
        if let Some(before) = over {
            for state in [LetterState::Sent, LetterState::Collected] {
                letters += ctx.database.forget_letters(state, before).await?;
            }
            deliveries += ctx.database.forget_deliveries(DeliveryState::Delivered, before).await?;
        }
        // Until then a task that was given up can be tried again.
        if let Some(before) = dead {
            letters += ctx.database.forget_letters(LetterState::Due, before).await?;
            deliveries += ctx.database.forget_deliveries(DeliveryState::Dropped, before).await?;
        }
        Ok(Outcome::Done(json!({
            "tasks": place.removed,
            "tokens": tokens,
            "letters": letters,
            "deliveries": deliveries,
        })))
    }
}

fn days(days: u32) -> Option<Duration> {
    (days > 0).then(|| Duration::from_hours(24 * u64::from(days)))
}

/// What was changed before then goes. None: nothing does.
fn before(ctx: &Context, keep: Option<Duration>) -> Option<Timestamp> {
    ctx.clock.now().checked_sub(keep?).ok()
}

/// Tasks are made in the order of their ids, and none changes before it is made: where those begin that
/// were made too late, so does all that is kept.
async fn page(
    ctx: &Context,
    state: TaskState,
    before: Timestamp,
    spared: &HashSet<TaskId>,
    place: Place,
) -> Result<Place> {
    let page = ctx.database.ended(state, place.after.as_ref(), BATCH).await?;
    let goes = page.iter().filter(|task| task.updated < before && !spared.contains(&task.id));
    let goes: Vec<TaskId> = goes.map(|task| task.id.clone()).collect();
    let removed = place.removed + ctx.database.forget_tasks(&goes, state, before).await?;
    let next = page.last().filter(|last| page.len() == BATCH as usize && last.created < before);
    Ok(match next {
        Some(last) => Place { after: Some(last.id.clone()), removed, ..place },
        None => Place { states: place.states + 1, after: None, removed },
    })
}

/// A schedule that is met for the first time goes on from the last task of its kind.
async fn last_of_schedules(ctx: &Context) -> Result<HashSet<TaskId>> {
    let active = ctx.active.load_full();
    let mut spared = HashSet::new();
    for known in kinds::all(ctx, &active).filter(|known| known.kind.schedule.is_some()) {
        let filter = TaskFilter { kind: Some(known.name()), limit: 1, ..TaskFilter::default() };
        spared.extend(ctx.database.tasks(&filter).await?.into_iter().map(|task| task.id));
    }
    Ok(spared)
}

async fn expired_tokens(ctx: &Context) -> Result<usize> {
    let Ok(before) = ctx.clock.now().checked_sub(TOKEN_SHOWN) else { return Ok(0) };
    let tokens = ctx.database.tokens(None).await?;
    let expired = tokens.iter().filter(|token| token.expires.is_some_and(|at| at < before));
    let expired: Vec<Change> = expired.map(|token| Change::RevokeToken(token.id)).collect();
    for expired in expired.chunks(TOKENS) {
        ctx.database.write(expired.to_vec()).await?;
    }
    Ok(expired.len())
}
