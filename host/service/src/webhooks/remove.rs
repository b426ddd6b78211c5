//! An end to a webhook.

use super::{load, read};
use crate::ports::Change;
use crate::{Context, Result};

/// Removes a webhook and all that it was told or was to be told. For administrators.
#[tracing::instrument(name = "webhooks.remove", skip_all, fields(webhook.id = id))]
pub async fn remove(ctx: &Context, id: &str) -> Result<()> {
    read(ctx, id).await?;
    ctx.database.write(vec![Change::DeleteWebhook(id.to_owned())]).await?;
    load(ctx).await
}
