//! Reading a draft.

use repono_domain::{CollectionName, Draft, RecordId};

use super::{Rendered, render};
use crate::collections::Collection;
use crate::{Context, Error, Result};

/// The draft, for those who may change it.
#[tracing::instrument(name = "records.read_draft", skip_all, fields(record.id = %id))]
pub async fn read_draft(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
) -> Result<Rendered> {
    let collection = ctx.active.load().collection(collection)?;
    let draft = find(ctx, &collection, id).await?;
    if !ctx.caller.sees_all_of(draft.parent.owner) {
        return Err(Error::Forbidden);
    }
    Ok(render::draft(&ctx.services, &collection, &draft, &[]))
}

pub(super) async fn find(ctx: &Context, collection: &Collection, id: RecordId) -> Result<Draft> {
    let draft = ctx.database.draft(&collection.name, id).await?;
    draft.ok_or_else(Error::unknown_pid)
}

/// The draft, if the caller may change it and it is of the revision the caller expects.
pub(super) async fn find_to_change(
    ctx: &Context,
    collection: &Collection,
    id: RecordId,
    expected: Option<u64>,
) -> Result<Draft> {
    let draft = find(ctx, collection, id).await?;
    if !ctx.caller.may_change(draft.parent.owner) {
        return Err(Error::Forbidden);
    }
    expect(expected, draft.revision)?;
    Ok(draft)
}

/// Optimistic locking.
pub(super) fn expect(expected: Option<u64>, actual: u64) -> Result<()> {
    match expected {
        Some(expected) if expected != actual => Err(Error::RevisionMismatch { expected, actual }),
        _ => Ok(()),
    }
}
