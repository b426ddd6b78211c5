//! Discarding a draft.

use repono_domain::{CollectionName, RecordId};

use super::read_draft::find_to_change;
use super::{Refresh, write};
use crate::ports::Change;
use crate::{Context, Result, dois};

/// Removes a draft; a published version under the same id stays as it is. Waits until lists no
/// longer show it.
#[tracing::instrument(name = "records.delete_draft", skip_all, fields(record.id = %id))]
pub async fn delete_draft(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    expected: Option<u64>,
    refresh: Option<Refresh>,
) -> Result<()> {
    let collection = ctx.active.load().collection(collection)?;
    let draft = find_to_change(ctx, &collection, id, expected).await?;

    let mut changes =
        vec![Change::DeleteDraft { id, parent: draft.parent.id, expected: draft.revision }];
    if !draft.published {
        changes.extend(dois::follow_draft(ctx, &draft, &draft.document.pids)?);
        // The version never came to be: the work goes back, or goes with it.
        let versions = ctx.database.versions(draft.parent.id).await?;
        let parent = &draft.parent;
        if parent.latest.is_none() && versions.is_empty() && parent.highest == 1 {
            changes.push(Change::DeleteParent(parent.id));
        } else if draft.version_index == parent.highest {
            let from = (parent.latest, parent.highest);
            let to = (parent.latest, parent.highest - 1);
            changes.push(Change::MoveVersions {
                parent: parent.id,
                from,
                to,
                pids: parent.pids.clone(),
            });
        }
    }
    let refresh = ctx.settings.indexing.refresh(&collection.name, refresh);
    write::write(ctx, &collection, changes, &[id], refresh).await
}
