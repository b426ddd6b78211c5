//! `repono.tidy-records`: removes drafts that nobody goes on with, and what records said that were deleted
//! long ago. Neither, unless the operator says after how long.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use repono_domain::{CollectionName, LogLevel, RecordId};
use serde_json::{Value, json};

use super::{OwnTask, kind};
use crate::ports::{Outcome, TaskHost, TaskKind};
use crate::{Context, Error, Result, records};

/// How long one attempt may take.
const LIMIT: Duration = Duration::from_hours(4);
/// Records that are looked up together.
const BATCH: u32 = 100;

pub(super) struct TidyRecords(TaskKind);

impl TidyRecords {
    pub(super) fn new() -> Self {
        Self(TaskKind {
            schedule: Some("20 4 * * *".to_owned()),
            ..kind(
                "tidy-records",
                "Removes abandoned drafts, and what long deleted records said, as configured",
                LIMIT,
            )
        })
    }
}

/// What is removed.
#[derive(Clone, Copy)]
enum What {
    Drafts,
    Deleted,
}

#[async_trait]
impl OwnTask for TidyRecords {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    /// What was removed needs not be looked at again. One that cannot be removed keeps no other.
    async fn execute(
        &self,
        ctx: &Context,
        _payload: &Value,
        host: &dyn TaskHost,
    ) -> Result<Outcome> {
        let kept = ctx.settings.records;
        let mut failed = Vec::new();
        let mut removed = [0; 2];
        for (place, (what, keep)) in
            [(What::Drafts, kept.drafts), (What::Deleted, kept.deleted)].into_iter().enumerate()
        {
            let Some(before) = keep.and_then(|keep| ctx.clock.now().checked_sub(keep).ok()) else {
                continue;
            };
            let mut after = None;
            loop {
                let page = page(ctx, what, before, after).await?;
                let Some((_, last)) = page.last() else { break };
                after = Some(*last);
                for (collection, id) in page {
                    if host.is_cancelled().await {
                        return Ok(Outcome::Cancelled);
                    }
                    match remove(ctx, what, &collection, id, before).await {
                        Ok(is_removed) => removed[place] += u64::from(is_removed),
                        Err(error) => {
                            let told = format!("{id} is not removed: {}", error.told());
                            host.log(LogLevel::Error, &told);
                            failed.push(told);
                        }
                    }
                }
                host.progress(removed.iter().sum(), None, String::new()).await;
            }
        }
        match failed.first() {
            None => Ok(Outcome::Done(json!({"drafts": removed[0], "deleted": removed[1]}))),
            Some(first) => Err(Error::Conflict(format!(
                "{} could not be removed; the first of them: {first}",
                failed.len()
            ))),
        }
    }
}

async fn page(
    ctx: &Context,
    what: What,
    before: Timestamp,
    after: Option<RecordId>,
) -> Result<Vec<(CollectionName, RecordId)>> {
    match what {
        What::Drafts => ctx.database.abandoned_drafts(before, after, BATCH).await,
        What::Deleted => ctx.database.long_deleted(before, after, BATCH).await,
    }
}

async fn remove(
    ctx: &Context,
    what: What,
    collection: &CollectionName,
    id: RecordId,
    before: Timestamp,
) -> Result<bool> {
    match what {
        What::Drafts => records::discard_abandoned(ctx, collection, id, before).await,
        What::Deleted => records::purge(ctx, collection, id).await,
    }
}
