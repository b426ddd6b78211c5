//! Going on with a webhook.

use repono_domain::Webhook;

use super::follow::task;
use super::{load, read};
use crate::ports::Change;
use crate::{Context, Result, tasks};

/// Lets a webhook go on that was disabled: it is told what waits, and of what happens from now on. For
/// administrators.
///
/// # Errors
/// `Conflict`: it was changed at the same time.
#[tracing::instrument(name = "webhooks.enable", skip_all, fields(webhook.id = id))]
pub async fn enable(ctx: &Context, id: &str) -> Result<Webhook> {
    let before = read(ctx, id).await?;
    let expected = before.revision;
    let webhook = Webhook { revision: expected + 1, failures: 0, disabled: None, ..before };
    let changes = vec![
        Change::ReplaceWebhook { webhook: webhook.clone(), expected },
        Change::Enqueue(task(ctx, id)?),
    ];
    tasks::store(ctx, changes).await?;
    load(ctx).await?;
    Ok(webhook)
}
