//! Looking at webhooks.

use repono_domain::{Webhook, WebhookDelivery};

use crate::{Context, Error, Result};

/// The most deliveries that are shown.
const MOST: u32 = 500;

/// All webhooks. For administrators.
pub async fn list(ctx: &Context) -> Result<Vec<Webhook>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    ctx.database.webhooks().await
}

/// One of them. For administrators.
pub async fn read(ctx: &Context, id: &str) -> Result<Webhook> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let webhook = ctx.database.webhook(id).await?;
    webhook.ok_or_else(|| Error::NotFound(format!("There is no webhook {id}.")))
}

/// What it was told and is to be told, the newest first. For administrators.
pub async fn deliveries(ctx: &Context, id: &str, limit: u32) -> Result<Vec<WebhookDelivery>> {
    read(ctx, id).await?;
    let limit = if limit == 0 { 50 } else { limit.min(MOST) };
    ctx.database.deliveries(id, limit).await
}
