//! `repono.reconcile`: compares the index of a collection with the database, and mends it.

use std::time::Duration;

use async_trait::async_trait;
use repono_domain::CollectionName;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{OwnTask, read};
use crate::indexing::{self, Progress};
use crate::ports::{Backoff, Outcome, TaskHost, TaskKind};
use crate::{Context, Result};

/// How long one attempt may take.
const LIMIT: Duration = Duration::from_hours(12);
/// How often it says how far it is, and looks whether it should stop.
const LOOK: Duration = Duration::from_secs(2);

pub(super) struct Reconcile(TaskKind);

impl Reconcile {
    pub(super) fn new() -> Self {
        Self(TaskKind {
            name: "reconcile".to_owned(),
            summary: "Compares the index of a collection with the database, and mends it"
                .to_owned(),
            payload_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["collection"],
                "properties": {"collection": {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,63}$"}},
            }),
            queue: String::new(),
            max_attempts: 3,
            soft_timeout: TaskKind::soft_timeout_of(LIMIT),
            timeout: LIMIT,
            backoff: Backoff::default(),
            idempotent: true,
            schedule: None,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    collection: CollectionName,
}

#[async_trait]
impl OwnTask for Reconcile {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    /// A comparison that is broken off has mended what it came past, and begins anew.
    async fn execute(
        &self,
        ctx: &Context,
        payload: &Value,
        host: &dyn TaskHost,
    ) -> Result<Outcome> {
        let Payload { collection } = read(payload)?;
        let (tell, told) = watch::channel(Progress::default());
        let comparison = indexing::reconcile(ctx, &collection, move |progress| {
            tell.send_replace(progress);
        });
        tokio::pin!(comparison);
        loop {
            tokio::select! {
                drift = &mut comparison => {
                    let drift = drift?;
                    host.progress(drift.compared, Some(drift.compared), String::new()).await;
                    return Ok(Outcome::Done(json!({
                        "compared": drift.compared,
                        "mended": drift.mended,
                        "waiting": drift.waiting,
                        "refused": drift.refused,
                    })));
                }
                () = tokio::time::sleep(LOOK) => {
                    let Progress { done, total, .. } = *told.borrow();
                    host.progress(done, Some(total), String::new()).await;
                    if host.is_cancelled().await {
                        return Ok(Outcome::Cancelled);
                    }
                }
            }
        }
    }
}
