//! `repono.rebuild`: builds the index of a collection anew while it is searched.

use std::num::NonZeroU32;
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
const LIMIT: Duration = Duration::from_hours(48);

pub(super) struct Rebuild(TaskKind);

impl Rebuild {
    pub(super) fn new() -> Self {
        Self(TaskKind {
            payload_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["collection"],
                "properties": {
                    "collection": {"type": "string", "pattern": COLLECTION},
                    "rate": {"type": "integer", "minimum": 1, "maximum": u32::MAX},
                    "restart": {"type": "boolean"},
                },
            }),
            queue: INDEXING.to_owned(),
            // One whose worker is killed goes on, and most is done by then.
            max_attempts: 20,
            ..kind("rebuild", "Builds the index of a collection anew while it is searched", LIMIT)
        })
    }
}

/// As `repono index rebuild` takes them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    collection: CollectionName,
    rate: Option<NonZeroU32>,
    #[serde(default)]
    restart: bool,
}

#[async_trait]
impl OwnTask for Rebuild {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    /// One that is broken off goes on where it was, in the next attempt or in another rebuild.
    async fn execute(
        &self,
        ctx: &Context,
        payload: &Value,
        host: &dyn TaskHost,
    ) -> Result<Outcome> {
        let Payload { collection, rate, restart } = read(payload)?;
        let restart = restart && host.last_checkpoint().await.is_none();
        let how = indexing::Rebuild { rate, restart };
        let filled = watched(host, |tell| async {
            if restart {
                // The next attempt goes on with what this one has begun.
                host.checkpoint(json!({"restarted": true})).await;
            }
            indexing::rebuild(ctx, &collection, how, tell).await
        });
        let Some(filled) = filled.await? else { return Ok(Outcome::Cancelled) };
        let documents = filled.verified.documents;
        host.progress(documents, Some(documents), String::new()).await;
        Ok(Outcome::Done(json!({
            "compared": filled.drift.compared,
            "mended": filled.drift.mended,
            "refused": filled.drift.refused,
            "documents": documents,
            "checksum": filled.verified.checksum,
        })))
    }
}
