//! `repono.register-dois`: registers the DOIs of a collection that nobody has registered yet.

use std::time::Duration;

use async_trait::async_trait;
use repono_domain::{CollectionName, RecordId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{COLLECTION, OwnTask, kind, read};
use crate::ports::{Backoff, Outcome, TaskHost, TaskKind};
use crate::{Context, Error, Result, dois};

/// How long one attempt may take.
const LIMIT: Duration = Duration::from_hours(12);

pub(super) struct RegisterDois(TaskKind);

impl RegisterDois {
    pub(super) fn new() -> Self {
        Self(TaskKind {
            payload_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["collection"],
                "properties": {"collection": {"type": "string", "pattern": COLLECTION}},
            }),
            queue: "dois".to_owned(),
            max_attempts: 20,
            backoff: Backoff { base: Duration::from_secs(30), most: Duration::from_hours(1) },
            ..kind(
                "register-dois",
                "Registers the DOIs of a collection that nobody has registered yet",
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

/// How far it is, kept as its checkpoint.
#[derive(Default, Serialize, Deserialize)]
struct Place {
    after: Option<RecordId>,
    registered: u64,
    refused: u64,
}

#[async_trait]
impl OwnTask for RegisterDois {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    async fn execute(
        &self,
        ctx: &Context,
        payload: &Value,
        host: &dyn TaskHost,
    ) -> Result<Outcome> {
        let Payload { collection } = read(payload)?;
        ctx.active.load().collection(&collection)?;
        let mut place = match host.last_checkpoint().await {
            Some(place) => Place::deserialize(place)
                .map_err(|error| Error::internal("a checkpoint cannot be read", error))?,
            None => Place::default(),
        };
        loop {
            if host.is_cancelled().await {
                return Ok(Outcome::Cancelled);
            }
            let part = dois::register_unregistered(ctx, &collection, place.after).await?;
            place.registered += part.registered;
            place.refused += part.refused;
            let Some(last) = part.last else { break };
            place.after = Some(last);
            host.checkpoint(json!(place)).await;
            let note = format!("{} DOIs registered, {} refused", place.registered, place.refused);
            host.progress(place.registered + place.refused, None, note).await;
        }
        Ok(Outcome::Done(json!({"registered": place.registered, "refused": place.refused})))
    }
}
