//! What jobs can be made of.

use jiff::Timestamp;
use serde_json::Value;

use crate::{Context, Error, Result};

/// A kind of task in force.
#[derive(Clone, Debug)]
pub struct JobTask {
    /// `{plugin}.{name}`.
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
    let kinds = active.plugins.iter().flat_map(|(plugin, active)| {
        let since = active.activation.since;
        let kinds = active.plugin.description().kinds.iter();
        kinds.map(move |kind| JobTask {
            id: format!("{plugin}.{}", kind.name),
            summary: kind.summary.clone(),
            queue: if kind.queue.is_empty() { "default".to_owned() } else { kind.queue.clone() },
            payload_schema: kind.payload_schema.clone(),
            since,
        })
    });
    Ok(kinds.collect())
}
