//! Storing what receivers are to be told.

use repono_domain::{DeliveryState, Task, WebhookDelivery};
use serde_json::json;

use crate::events::{Event, EventKind};
use crate::ports::Change;
use crate::tasks::{self, NewTask};
use crate::{Context, Result};

/// What is to be stored with these events so that receivers are told of them. Asks nobody: who is told is
/// in memory.
pub(crate) fn follow(ctx: &Context, events: &[Event<'_>]) -> Result<Vec<Change>> {
    let webhooks = ctx.webhooks.load();
    let mut changes = Vec::new();
    for webhook in webhooks.iter() {
        let told = events
            .iter()
            .filter(|event| webhook.is_told_of(name(event.kind), &event.record.parent.collection));
        let deliveries: Vec<_> =
            told.map(|event| Change::InsertDelivery(delivery(ctx, &webhook.id, event))).collect();
        if !deliveries.is_empty() {
            changes.extend(deliveries);
            changes.push(Change::Enqueue(task(ctx, &webhook.id)?));
        }
    }
    Ok(changes)
}

/// The task that hands over what waits for this receiver, once those before it are over.
pub(super) fn task(ctx: &Context, webhook: &str) -> Result<Task> {
    let task = tasks::new_task(ctx, &NewTask::new("repono.webhook", json!({"webhook": webhook})))?;
    Ok(Task { order_key: Some(format!("webhook-{webhook}")), ..task })
}

fn name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Published => "record.published",
        EventKind::Updated => "record.updated",
        EventKind::Deleted => "record.deleted",
    }
}

fn delivery(ctx: &Context, webhook: &str, event: &Event<'_>) -> WebhookDelivery {
    let now = ctx.clock.now();
    WebhookDelivery {
        id: ctx.ids.task().0,
        webhook: webhook.to_owned(),
        event: name(event.kind).to_owned(),
        collection: event.record.parent.collection.clone(),
        record: event.record.id,
        revision: event.record.revision,
        state: DeliveryState::Waiting,
        created: now,
        changed: now,
        attempts: 0,
        status: None,
        answer: None,
    }
}
