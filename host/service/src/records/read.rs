//! Reading a published version.

use repono_domain::{CollectionName, Record, RecordId, Tombstone};
use serde_json::{Value, json};

use super::Rendered;
use super::render::{View, record, time};
use crate::collections::Collection;
use crate::{Context, Error, Result};

/// What an id leads to.
#[derive(Clone, Debug)]
pub enum Found {
    /// The version with this id.
    Record(Rendered),
    /// The id is a work's; this is its latest version.
    Work(RecordId),
}

/// The published version, for those who may see it. Runs no guest code.
#[tracing::instrument(name = "records.read", level = "debug", skip_all, fields(record.id = %id))]
pub async fn read(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    include_deleted: bool,
) -> Result<Found> {
    let collection = ctx.active.load().collection(collection)?;
    // Only public records are kept, as every reader sees them; who sees more is not known yet.
    let mut lease = None;
    if ctx.caller.user().is_none() {
        match ctx.cached(&collection, id).await {
            Ok(rendered) => return Ok(Found::Record(rendered)),
            Err(granted) => lease = granted,
        }
    }

    let Some(found) = ctx.database.record(&collection.name, id).await? else {
        return work(ctx, &collection, id).await.map(Found::Work);
    };
    may_read(ctx, &found)?;
    if let Some(tombstone) = &found.tombstone
        && !(include_deleted && ctx.caller.sees_all_of(found.parent.owner))
    {
        return Err(Error::Gone(id, Box::new(self::tombstone(tombstone))));
    }
    let view = View::of(ctx, &found.parent);
    let rendered = record(&ctx.services, &collection, &found, view);
    let is_for_all = view == View::Reader && found.tombstone.is_none() && found.is_public();
    if let Some(lease) = lease.filter(|_| is_for_all) {
        ctx.keep(&collection, &rendered, lease).await;
    }
    Ok(Found::Record(rendered))
}

/// The record as everyone may read it now, whatever is cached. None: it is not for everyone, deleted, or
/// of a collection that is out of force.
pub(crate) async fn for_everyone(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
) -> Result<Option<Value>> {
    let Ok(collection) = ctx.active.load().collection(collection) else { return Ok(None) };
    let found = ctx.database.record(&collection.name, id).await?;
    let found = found.filter(|found| found.is_public() && found.tombstone.is_none());
    let shown = found.map(|found| record(&ctx.services, &collection, &found, View::Reader));
    let shown = shown.map(|shown| serde_json::from_slice(&shown.json)).transpose();
    shown.map_err(|error| Error::internal("a record was not rendered as JSON", error))
}

/// A published version that is not deleted and that the caller may see.
pub(super) async fn find(ctx: &Context, collection: &Collection, id: RecordId) -> Result<Record> {
    let Some(record) = ctx.database.record(&collection.name, id).await? else {
        return Err(missing(ctx, collection, id).await?);
    };
    may_read(ctx, &record)?;
    match &record.tombstone {
        Some(tombstone) => Err(Error::Gone(id, Box::new(self::tombstone(tombstone)))),
        None => Ok(record),
    }
}

fn may_read(ctx: &Context, record: &Record) -> Result<()> {
    if record.is_readable_by(&ctx.caller) { Ok(()) } else { Err(Error::Forbidden) }
}

/// The latest version of the work with this id.
async fn work(ctx: &Context, collection: &Collection, id: RecordId) -> Result<RecordId> {
    let Some(parent) = ctx.database.parent(&collection.name, id).await? else {
        return Err(missing(ctx, collection, id).await?);
    };
    let latest = match parent.latest {
        Some(latest) => ctx.database.version(parent.id, latest).await?,
        None => None,
    };
    latest.map(|record| record.id).ok_or_else(Error::unregistered_pid)
}

/// Why there is no published version with this id, in `InvenioRDM`'s words.
async fn missing(ctx: &Context, collection: &Collection, id: RecordId) -> Result<Error> {
    let draft = ctx.database.draft(&collection.name, id).await?;
    Ok(if draft.is_some() { Error::unregistered_pid() } else { Error::unknown_pid() })
}

/// A tombstone as readers see it.
pub(super) fn tombstone(tombstone: &Tombstone) -> Value {
    let mut value = json!({
        "note": tombstone.note,
        "removed_by": {"user": tombstone.removed_by.map_or_else(|| "system".to_owned(), |user| user.to_string())},
        "removal_date": time(tombstone.removal_date),
        "citation_text": tombstone.citation_text,
        "is_visible": tombstone.is_visible,
    });
    if let Some(reason) = &tombstone.removal_reason {
        value["removal_reason"] = json!({"id": reason});
    }
    value
}
