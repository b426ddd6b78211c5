//! Taking a DOI from a draft that was given it.

use repono_domain::{CollectionName, Doi, Draft, RecordId};

use super::read_draft::find_to_change;
use super::reserve_pid::only_dois;
use super::{Refresh, Rendered, render, write};
use crate::ports::Change;
use crate::{Context, Error, Result, dois};

/// Takes from a draft the DOI that was reserved for it.
///
/// # Errors
/// `NotFound` if none was; `Invalid` for another scheme, and for the DOI of what has been published.
#[tracing::instrument(name = "records.discard_pid", skip_all, fields(record.id = %id))]
pub async fn discard_pid(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    scheme: &str,
) -> Result<Rendered> {
    let collection = ctx.active.load().collection(collection)?;
    let stored = find_to_change(ctx, &collection, id, None).await?;
    only_dois(scheme)?;
    if stored.published {
        let what = "The DOI of a published record cannot be discarded.";
        return Err(Error::Invalid(what.to_owned()));
    }
    if Doi::own(id, &stored.document.pids).is_none() {
        return Err(Error::NotFound("No DOI is reserved for this draft.".to_owned()));
    }

    let expected = stored.revision;
    let reserved = stored.document.pids.clone();
    let mut draft = Draft { revision: expected + 1, updated: ctx.clock.now(), ..stored };
    draft.document.pids.remove(scheme);
    let mut changes = vec![Change::ReplaceDraft { draft: draft.clone(), expected }];
    changes.extend(dois::follow_draft(ctx, &draft, &reserved)?);
    write::write(ctx, &collection, changes, &[id], Refresh::Soon).await?;

    Ok(render::draft(&ctx.services, &collection, &draft, &[]))
}
