//! What only one node may do at a time.

use jiff::SignedDuration;

use crate::{Context, Result};

/// How long a duty stays with a node that has fallen silent.
const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// Whether this node is the one that does this duty now. Ask again every few seconds: a duty that is
/// not asked for goes to another node.
pub async fn has_duty(ctx: &Context, duty: &str) -> Result<bool> {
    if !ctx.settings.shared {
        return Ok(true);
    }
    ctx.database.lead(duty, &ctx.node.id, LEASE).await
}
