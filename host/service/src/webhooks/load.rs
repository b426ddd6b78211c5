//! Knowing who is to be told.

use std::sync::Arc;

use crate::{Context, Result};

/// Reads all receivers, so that what happens to records need not ask for them. Every process does so at its start,
/// after a change, and every second where others may change them.
pub async fn load(ctx: &Context) -> Result<()> {
    ctx.webhooks.store(Arc::new(ctx.database.webhooks().await?));
    Ok(())
}
