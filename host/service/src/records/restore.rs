//! Taking a tombstone away.

use repono_domain::{CollectionName, Record, RecordId};

use super::render::{View, record as render};
use super::{Refresh, Rendered, write};
use crate::ports::Change;
use crate::{Context, Error, Result, mail};

/// Brings a deleted record back as it was. For administrators.
#[tracing::instrument(name = "records.restore", skip_all, fields(record.id = %id))]
pub async fn restore(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    refresh: Option<Refresh>,
) -> Result<Rendered> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let collection = ctx.active.load().collection(collection)?;
    let Some(record) = ctx.database.record(&collection.name, id).await? else {
        return Err(Error::unknown_pid());
    };
    let Some(tombstone) = &record.tombstone else {
        return Err(Error::Conflict("The record is not deleted.".to_owned()));
    };
    if tombstone.purged.is_some() {
        let what = "What the record said has been removed for good; it cannot be restored.";
        return Err(Error::Conflict(what.to_owned()));
    }

    let mut touched = vec![id];
    let mut changes = Vec::new();
    let mut parent = record.parent.clone();
    if parent.latest.is_none_or(|latest| latest < record.version_index) {
        if let Some(latest) = parent.latest {
            touched.extend(ctx.database.version(parent.id, latest).await?.map(|record| record.id));
        }
        let from = (parent.latest, parent.highest);
        parent.latest = Some(record.version_index);
        changes.push(Change::MoveVersions {
            parent: parent.id,
            from,
            to: (parent.latest, parent.highest),
            pids: parent.pids.clone(),
        });
    }
    let expected = record.revision;
    let record = Record {
        revision: expected + 1,
        updated: ctx.clock.now(),
        tombstone: None,
        parent,
        ..record
    };
    let by = ctx.caller.user();
    changes.push(Change::ReplaceRecord { record: record.clone(), expected, by });
    changes.extend(mail::of_record(ctx, mail::Message::RecordRestored, &record, by).await?);
    let refresh = ctx.settings.indexing.refresh(&collection.name, refresh);
    write::write(ctx, &collection, changes, &touched, refresh).await?;

    Ok(render(&ctx.services, &collection, &record, View::Owner))
}
