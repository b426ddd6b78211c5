//! Handing over what waits for a receiver.

use jiff::{SignedDuration, Timestamp};
use repono_domain::{Webhook, WebhookDelivery};
use serde_json::json;

use super::{load, message};
use crate::mail::{self, Message, line};
use crate::ports::{Attempt, Change, Outcome, TaskHost};
use crate::{Context, Kind, Result, tasks};

/// So much is handed over before other tasks get their turn.
const AT_A_TIME: u32 = 100;
/// A receiver that answers so does not want to be told any more.
const GONE: u16 = 410;

/// Hands over what waits for this receiver, in its order. The first that is not taken ends it, for a while
/// or, after too many, until somebody enables the webhook again.
pub(crate) async fn deliver(ctx: &Context, id: &str, host: &dyn TaskHost) -> Result<Outcome> {
    for delivered in 0..AT_A_TIME {
        if host.is_cancelled().await {
            return Ok(Outcome::Cancelled);
        }
        let Some(webhook) = ctx.database.webhook(id).await? else {
            ctx.database.write(vec![Change::DeleteWebhook(id.to_owned())]).await?;
            return Ok(Outcome::Done(json!({"delivered": delivered, "ended": "it was removed"})));
        };
        if webhook.disabled.is_some() {
            return Ok(Outcome::Done(json!({"delivered": delivered, "ended": "it is disabled"})));
        }
        drop_old(ctx, id).await?;
        let Some(delivery) = ctx.database.next_delivery(id).await? else {
            return Ok(Outcome::Done(json!({"delivered": delivered})));
        };
        let attempt = attempt(ctx, &webhook, &delivery).await?;
        ctx.database.note_attempt(&delivery, &attempt).await?;
        if attempt.is_delivered {
            continue;
        }
        let failures = webhook.failures.saturating_add(1);
        if attempt.status == Some(GONE) || failures >= ctx.settings.webhooks.failures {
            return disable(ctx, webhook, failures, &attempt).await;
        }
        host.progress(delivered.into(), None, format!("not taken: {}", attempt.answer)).await;
        return Ok(Outcome::Again(ctx.settings.webhooks.pause(failures)));
    }
    Ok(Outcome::Again(std::time::Duration::ZERO))
}

async fn drop_old(ctx: &Context, id: &str) -> Result<()> {
    let patience = &ctx.settings.webhooks;
    let lifetime = SignedDuration::try_from(patience.lifetime).unwrap_or(SignedDuration::MAX);
    let before = ctx.clock.now().saturating_sub(lifetime).unwrap_or(Timestamp::MIN);
    let why = "given up: it waited for too long, or too much waited";
    let dropped = ctx.database.drop_deliveries(id, before, patience.most_waiting, why).await?;
    if dropped > 0 {
        tracing::warn!(
            webhook.id = id,
            dropped,
            "{dropped} deliveries to the webhook {id} were given up: they waited for too long, or too many did"
        );
    }
    Ok(())
}

async fn attempt(ctx: &Context, webhook: &Webhook, delivery: &WebhookDelivery) -> Result<Attempt> {
    let message = message::of_delivery(ctx, webhook, delivery).await?;
    let answer = ctx.receivers.post(&message).await;
    let at = ctx.clock.now();
    Ok(match answer {
        Ok(answer) => Attempt {
            is_delivered: (200..300).contains(&answer.status),
            status: Some(answer.status),
            answer: line(&answer.body),
            at,
        },
        Err(error) => {
            Attempt { is_delivered: false, status: None, answer: line(&error.told()), at }
        }
    })
}

/// Disables a webhook, and tells its owner.
async fn disable(
    ctx: &Context,
    webhook: Webhook,
    failures: u32,
    attempt: &Attempt,
) -> Result<Outcome> {
    let answer = &attempt.answer;
    let why = match attempt.status {
        Some(GONE) => "it answered 410: it does not want to be told any more".to_owned(),
        Some(status) if answer.is_empty() => format!("it answered {status}"),
        Some(status) => format!("it answered {status}: {answer}"),
        None => answer.clone(),
    };
    let expected = webhook.revision;
    let facts = json!({
        "id": webhook.id,
        "url": webhook.url,
        "failures": failures,
        "why": why,
    });
    let event = format!("{}/{expected}", webhook.id);
    let mut changes =
        mail::owed(ctx, webhook.owner, Message::WebhookDisabled, &event, facts).await?;
    let disabled = Webhook {
        revision: expected + 1,
        failures,
        disabled: Some((ctx.clock.now(), why.clone())),
        ..webhook
    };
    let id = disabled.id.clone();
    changes.push(Change::ReplaceWebhook { webhook: disabled, expected });
    match tasks::store(ctx, changes).await {
        Ok(_) => {}
        // Somebody has changed it meanwhile: look again.
        Err(error) if error.kind() == Kind::Conflict => {
            return Ok(Outcome::Again(std::time::Duration::ZERO));
        }
        Err(error) => return Err(error),
    }
    tracing::warn!(
        webhook.id = id,
        "the webhook {id} is disabled after {failures} failures: {why}"
    );
    load(ctx).await?;
    Ok(Outcome::Done(json!({"ended": "it was disabled", "why": why})))
}
