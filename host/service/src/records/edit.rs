//! Editing a published version.

use repono_domain::{CollectionName, Draft, RecordId};

use super::{Input, Refresh, Rendered, check, read, read_draft, render, write};
use crate::ports::Change;
use crate::{Context, Error, Kind, Result};

/// The draft of a published version; makes one from what is published if there is none.
///
/// A record accepted under an older schema is looked at anew, so its draft tells what has to be mended.
#[tracing::instrument(name = "records.edit", skip_all, fields(record.id = %id))]
pub async fn edit(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    refresh: Option<Refresh>,
) -> Result<Rendered> {
    let collection = ctx.active.load().collection(collection)?;
    match read_draft::find_to_change(ctx, &collection, id, None).await {
        Ok(draft) => return Ok(render::draft(&ctx.services, &collection, &draft, &[])),
        Err(error) if error.kind() == Kind::NotFound => {}
        Err(error) => return Err(error),
    }
    let record = read::find(ctx, &collection, id).await?;
    if !ctx.caller.may_change(record.parent.owner) {
        return Err(Error::Forbidden);
    }

    let stamp = collection.stamp();
    let (document, problems) = if record.schema == stamp {
        (record.document, Vec::new())
    } else {
        check(ctx, &collection, id, Input { document: record.document, problems: Vec::new() })
            .await?
    };
    let now = ctx.clock.now();
    let draft = Draft {
        id,
        parent: record.parent,
        version_index: record.version_index,
        revision: record.revision + 1,
        created: now,
        updated: now,
        published: true,
        document,
        problems,
        schema: stamp,
    };
    write::write(
        ctx,
        &collection,
        vec![Change::InsertDraft(draft.clone())],
        &[id],
        refresh.unwrap_or_default(),
    )
    .await?;

    Ok(render::draft(&ctx.services, &collection, &draft, &draft.problems))
}
