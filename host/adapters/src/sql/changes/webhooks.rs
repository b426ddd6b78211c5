//! Receivers of webhooks, and what they are to be told.

use jiff::Timestamp;
use repono_domain::{Webhook, WebhookDelivery};
use repono_service::Result;

use crate::sql::preconditions::Precondition;
use crate::sql::script::{Script, StepBuilder};
use crate::sql::statement::Value;

pub(super) fn insert(script: &mut Script, webhook: &Webhook) -> Result<()> {
    let step = script
        .step(
            "insert into webhooks (id, created, owner, url, events, collection, secret, revision, failures, disabled, disabled_why) \
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(webhook.id.as_str())
        .bind(webhook.created.as_microsecond());
    bind(step, webhook)?.unless_refused(Precondition::NewWebhook);
    Ok(())
}

pub(super) fn replace(script: &mut Script, webhook: &Webhook, expected: u64) -> Result<()> {
    let step = script.step(
        "update webhooks set owner = ?, url = ?, events = ?, collection = ?, secret = ?, revision = ?, failures = ?, \
         disabled = ?, disabled_why = ? where id = ? and revision = ?",
    );
    bind(step, webhook)?
        .bind(webhook.id.as_str())
        .bind(expected)
        .must_change(Precondition::WebhookIs(webhook.id.clone()));
    Ok(())
}

/// All but its id and when it was made, from `owner` to `disabled_why`.
fn bind<'s>(step: StepBuilder<'s>, webhook: &Webhook) -> Result<StepBuilder<'s>> {
    let (since, why) = webhook.disabled.as_ref().map_or((None, None), |(since, why)| {
        (Some(Timestamp::as_microsecond(*since)), Some(why.as_str()))
    });
    Ok(step
        .bind(webhook.owner.0)
        .bind(webhook.url.as_str())
        .bind(Value::json(&webhook.events)?)
        .bind(webhook.collection.as_ref().map(repono_domain::CollectionName::as_str))
        .bind(webhook.secret.0.as_str())
        .bind(webhook.revision)
        .bind(webhook.failures)
        .bind(since)
        .bind(why))
}

pub(super) fn delete(script: &mut Script, id: &str) {
    script.step("delete from webhooks where id = ?").bind(id);
    script.step("delete from deliveries where webhook = ?").bind(id);
}

pub(super) fn insert_delivery(script: &mut Script, delivery: &WebhookDelivery) {
    script
        .step(
            "insert into deliveries (id, webhook, event, collection, record, revision, state, created, changed, attempts, status, answer) \
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(delivery.id.as_str())
        .bind(delivery.webhook.as_str())
        .bind(delivery.event.as_str())
        .bind(delivery.collection.as_str())
        .bind(delivery.record)
        .bind(delivery.revision)
        .bind(delivery.state.as_str())
        .bind(delivery.created.as_microsecond())
        .bind(delivery.changed.as_microsecond())
        .bind(delivery.attempts)
        .bind(delivery.status.map(u32::from))
        .bind(delivery.answer.as_deref());
}
