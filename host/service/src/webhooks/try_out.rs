//! Finding out whether a receiver understands what it is told.

use serde_json::json;

use super::{message, read};
use crate::mail::line;
use crate::ports::WebhookAnswer;
use crate::{Context, Result};

/// Sends a receiver a signed message of the type `webhook.test`, and answers what it answered. Nothing is kept
/// of it. For administrators.
///
/// # Errors
/// `Invalid`: its address is refused. `Unavailable`: it did not answer.
#[tracing::instrument(name = "webhooks.try_out", skip_all, fields(webhook.id = id))]
pub async fn try_out(ctx: &Context, id: &str) -> Result<WebhookAnswer> {
    let webhook = read(ctx, id).await?;
    let (message_id, now) = (ctx.ids.task().0, ctx.clock.now());
    let message =
        message::of(ctx, &webhook, &message_id, "webhook.test", now, &json!({"webhook": id}))?;
    let answer = ctx.receivers.post(&message).await?;
    Ok(WebhookAnswer { body: line(&answer.body), ..answer })
}
