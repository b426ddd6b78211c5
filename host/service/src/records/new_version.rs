//! A new version of a work.

use repono_domain::{CollectionName, Draft, RecordId};
use serde_json::json;

use super::{Input, Refresh, Rendered, check, read, render, write};
use crate::ports::Change;
use crate::{Context, Error, Result};

/// A draft of the work's next version, made from this one; the one there is, if it has been begun.
///
/// Its publication date is today's and its version label empty: both would be wrong more often than not.
#[tracing::instrument(name = "records.new_version", skip_all, fields(record.id = %id))]
pub async fn new_version(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    refresh: Option<Refresh>,
) -> Result<Rendered> {
    let collection = ctx.active.load().collection(collection)?;
    let record = read::find(ctx, &collection, id).await?;
    if !ctx.caller.may_change(record.parent.owner) {
        return Err(Error::Forbidden);
    }
    if let Some(draft) = ctx.database.new_version_draft(record.parent.id).await? {
        return Ok(render::draft(&ctx.services, &collection, &draft, &[]));
    }

    let mut document = record.document;
    document.pids.clear();
    document.metadata.remove("version");
    let now = ctx.clock.now();
    if document.metadata.contains_key("publication_date") {
        document
            .metadata
            .insert("publication_date".to_owned(), json!(now.strftime("%Y-%m-%d").to_string()));
    }
    let new_id = ctx.ids.record();
    let (document, problems) =
        check(ctx, &collection, new_id, Input { document, problems: Vec::new() }).await?;
    let from = (record.parent.latest, record.parent.highest);
    let mut parent = record.parent;
    parent.highest += 1;
    let to = (parent.latest, parent.highest);
    let draft = Draft {
        id: new_id,
        version_index: parent.highest,
        revision: 1,
        created: now,
        updated: now,
        published: false,
        document,
        problems,
        schema: collection.stamp(),
        parent,
    };
    let changes = vec![
        Change::MoveVersions { parent: draft.parent.id, from, to, pids: draft.parent.pids.clone() },
        Change::InsertDraft(draft.clone()),
    ];
    write::write(ctx, &collection, changes, &[new_id], refresh.unwrap_or_default()).await?;

    Ok(render::draft(&ctx.services, &collection, &draft, &[]))
}
