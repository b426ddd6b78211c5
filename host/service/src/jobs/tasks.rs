//! What jobs can be made of.

use jiff::Timestamp;
use serde_json::Value;

use crate::tasks::kinds;
use crate::{Context, Error, Result};

/// A kind of task in force.
#[derive(Clone, Debug)]
pub struct JobTask {
    /// `{plugin}.{name}`, or `repono.{name}`.
    pub id: String,
    /// For people.
    pub summary: String,
    /// Where its tasks wait.
    pub queue: String,
    /// JSON Schema of what they get.
    pub payload_schema: Value,
    /// Since when it is in force.
    pub since: Timestamp,
}

/// All kinds of tasks in force. For administrators.
pub fn tasks(ctx: &Context) -> Result<Vec<JobTask>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let active = ctx.active.load();
    let kinds = kinds::all(ctx, &active).map(|known| JobTask {
        id: known.name(),
        summary: known.kind.summary.clone(),
        queue: known.queue().to_owned(),
        payload_schema: known.kind.payload_schema.clone(),
        since: known.since().unwrap_or(ctx.node.started),
    });
    Ok(kinds.collect())
}
