//! Giving records up.

use repono_domain::RecordId;

use crate::collections::Collection;
use crate::ports::Quarantined;
use crate::{Context, Result};

/// No promise has such a number.
pub(super) const NO_PROMISE: i64 = i64::MIN;

/// Shows operators that the plugin in force cannot index a record, and strikes out what was promised
/// for it up to and including `seq`. It is tried again when the record or the plugin changes, or when
/// somebody asks for it.
pub(super) async fn quarantine(
    ctx: &Context,
    collection: &Collection,
    record: RecordId,
    seq: i64,
    reason: String,
) -> Result<()> {
    let entry = Quarantined {
        collection: collection.name.clone(),
        record,
        plugin: collection.plugin.description().digest.clone(),
        reason,
        since: ctx.clock.now(),
    };
    ctx.database.quarantine(seq, &entry).await
}
