//! `repono.register-doi`: tells the registration agency what the record of a DOI says now.

use std::time::Duration;

use async_trait::async_trait;
use repono_domain::{DoiState, RecordId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{OwnTask, kind, read};
use crate::ports::{Backoff, Outcome, TaskHost, TaskKind};
use crate::{Context, Result, dois};

/// How long one attempt may take.
const LIMIT: Duration = Duration::from_mins(2);
/// An agency that does not answer is asked for about three days.
const BACKOFF: Backoff = Backoff { base: Duration::from_secs(30), most: Duration::from_hours(4) };
const ATTEMPTS: u32 = 50;

pub(super) struct RegisterDoi(TaskKind);

impl RegisterDoi {
    pub(super) fn new() -> Self {
        Self(TaskKind {
            payload_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["record"],
                "properties": {"record": {"type": "string", "pattern": "^[0-9a-z]{5}-[0-9a-z]{5}$"}},
            }),
            // An agency that hangs keeps no other work waiting.
            queue: "dois".to_owned(),
            max_attempts: ATTEMPTS,
            backoff: BACKOFF,
            ..kind(
                "register-doi",
                "Tells the registration agency what the record of a DOI says now",
                LIMIT,
            )
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    /// A version, or a work.
    record: RecordId,
}

#[async_trait]
impl OwnTask for RegisterDoi {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    async fn execute(
        &self,
        ctx: &Context,
        payload: &Value,
        _host: &dyn TaskHost,
    ) -> Result<Outcome> {
        let Payload { record } = read(payload)?;
        let state = dois::register(ctx, record).await?;
        Ok(Outcome::Done(json!({"state": state.map(DoiState::as_str)})))
    }
}
