//! `repono.reconcile`: compares the index of a collection with the database, and mends it.

use std::time::Duration;

use async_trait::async_trait;
use repono_domain::CollectionName;
use serde::Deserialize;
use serde_json::{Value, json};

use super::watched::watched;
use super::{COLLECTION, INDEXING, OwnTask, kind, read};
use crate::indexing;
use crate::ports::{Outcome, TaskHost, TaskKind};
use crate::{Context, Result};

/// How long one attempt may take.
const LIMIT: Duration = Duration::from_hours(12);

pub(super) struct Reconcile(TaskKind);

impl Reconcile {
    pub(super) fn new() -> Self {
        Self(TaskKind {
            payload_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["collection"],
                "properties": {"collection": {"type": "string", "pattern": COLLECTION}},
            }),
            queue: INDEXING.to_owned(),
            max_attempts: 3,
            ..kind(
                "reconcile",
                "Compares the index of a collection with the database, and mends it",
                LIMIT,
            )
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
        let comparison = watched(host, |tell| indexing::reconcile(ctx, &collection, tell));
        let Some(drift) = comparison.await? else { return Ok(Outcome::Cancelled) };
        host.progress(drift.compared, Some(drift.compared), String::new()).await;
        Ok(Outcome::Done(json!({
            "compared": drift.compared,
            "mended": drift.mended,
            "waiting": drift.waiting,
            "refused": drift.refused,
        })))
    }
}
