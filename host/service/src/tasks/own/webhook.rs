//! `repono.webhook`: tells a receiver what waits for it.

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{OwnTask, kind, read};
use crate::ports::{Outcome, TaskHost, TaskKind};
use crate::{Context, Result, webhooks};

/// How long one attempt may take: it asks between any two deliveries whether it should stop.
const LIMIT: Duration = Duration::from_hours(1);
/// Of what is not the receiver's fault, which is counted elsewhere.
const ATTEMPTS: u32 = 100;

pub(super) struct Webhook(TaskKind);

impl Webhook {
    pub(super) fn new() -> Self {
        Self(TaskKind {
            payload_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["webhook"],
                "properties": {"webhook": {"type": "string", "maxLength": 64}},
            }),
            queue: "webhooks".to_owned(),
            max_attempts: ATTEMPTS,
            ..kind("webhook", "Tells a receiver of webhooks what waits for it", LIMIT)
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    webhook: String,
}

#[async_trait]
impl OwnTask for Webhook {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    /// A delivery that is broken off is made again: receivers know it by its id.
    async fn execute(
        &self,
        ctx: &Context,
        payload: &Value,
        host: &dyn TaskHost,
    ) -> Result<Outcome> {
        let Payload { webhook } = read(payload)?;
        webhooks::deliver(ctx, &webhook, host).await
    }
}
