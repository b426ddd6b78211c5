//! Having the agency told of what changes.

use repono_domain::{CollectionName, Doi, Draft, Record, RecordId};
use serde_json::{Map, Value, json};

use super::KIND;
use crate::events::Event;
use crate::ports::Change;
use crate::tasks::{NewTask, new_task};
use crate::{Context, Result};

/// What is to be stored with what happens to a record: that its DOI and that of its work are to be
/// brought in line. Nothing, if DOIs are registered nowhere.
pub(crate) fn follow(ctx: &Context, event: &Event<'_>) -> Result<Vec<Change>> {
    let Record { id, parent, document, .. } = event.record;
    let mut changes = of_one(ctx, &parent.collection, *id, &document.pids)?;
    changes.extend(of_one(ctx, &parent.collection, parent.id, &parent.pids)?);
    Ok(changes)
}

/// What is to be stored with a change to a draft that has never been published and has, or had, these
/// identifiers.
pub(crate) fn follow_draft(
    ctx: &Context,
    draft: &Draft,
    pids: &Map<String, Value>,
) -> Result<Vec<Change>> {
    of_one(ctx, &draft.parent.collection, draft.id, pids)
}

fn of_one(
    ctx: &Context,
    collection: &CollectionName,
    record: RecordId,
    pids: &Map<String, Value>,
) -> Result<Vec<Change>> {
    match Doi::own(record, pids).filter(|_| ctx.agency.is_some()) {
        Some(name) => in_line(ctx, collection, record, name).map(Vec::from),
        None => Ok(Vec::new()),
    }
}

/// Has a DOI brought in line, whatever came of that before.
///
/// Every time with a task of its own: one that waits already may be taken up before this is stored.
pub(super) fn in_line(
    ctx: &Context,
    collection: &CollectionName,
    record: RecordId,
    name: &str,
) -> Result<[Change; 2]> {
    let payload = json!({"record": record});
    let task = new_task(ctx, &NewTask::new(KIND, payload))?;
    let (collection, name) = (collection.clone(), name.to_owned());
    Ok([Change::FollowDoi { record, collection, name }, Change::Enqueue(task)])
}
