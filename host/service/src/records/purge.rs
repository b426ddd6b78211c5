//! What goes for good.

use jiff::Timestamp;
use repono_domain::{CollectionName, Document, Files, Record, RecordId, Tombstone};

use super::{Refresh, delete_draft, write};
use crate::ports::Change;
use crate::{Context, Result};

/// Removes what a deleted record said from all its revisions, and its draft: its tombstone and its
/// identifiers stay. Answers whether there was anything to remove. It cannot be restored any more.
#[tracing::instrument(name = "records.purge", skip_all, fields(record.id = %id))]
pub(crate) async fn purge(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
) -> Result<bool> {
    let stored = ctx.database.stored(&[id]).await?.pop();
    let (record, draft) = stored.map_or((None, None), |stored| (stored.record, stored.draft));
    let Some(record) = record else { return Ok(false) };
    let Some(tombstone) = record.tombstone.clone().filter(|tombstone| tombstone.purged.is_none())
    else {
        return Ok(false);
    };

    let expected = record.revision;
    let document = Document {
        pids: record.document.pids,
        access: record.document.access,
        files: Files { enabled: false, ..Files::default() },
        ..Document::default()
    };
    let tombstone = Some(Tombstone { purged: Some(ctx.clock.now()), ..tombstone });
    let parent = record.parent.id;
    let mut changes =
        vec![Change::PurgeRecord { record: Record { document, tombstone, ..record }, expected }];
    if let Some(draft) = draft {
        changes.push(Change::DeleteDraft { id, parent, expected: draft.revision });
    }
    let collection = ctx.active.load().collection(collection)?;
    write::write(ctx, &collection, changes, &[id], Refresh::Soon).await?;
    tracing::info!(record.id = %id, "what the deleted record {id} said is removed");
    Ok(true)
}

/// Removes a draft that has never been published, if nobody has saved it since `before`. Answers whether it
/// did.
pub(crate) async fn discard_abandoned(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    before: Timestamp,
) -> Result<bool> {
    let draft = ctx.database.draft(collection, id).await?;
    let Some(draft) = draft.filter(|draft| !draft.published && draft.updated < before) else {
        return Ok(false);
    };
    delete_draft(ctx, collection, id, Some(draft.revision), Some(Refresh::Soon)).await?;
    Ok(true)
}
