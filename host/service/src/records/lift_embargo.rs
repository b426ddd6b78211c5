//! The end of an embargo.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use repono_domain::{Access, CollectionName, Draft, Record, RecordId, Visibility};

use super::{Refresh, write};
use crate::ports::Change;
use crate::{Context, Result};

/// Opens a record whose embargo is over, as a revision by the repository, and its draft alike. Answers whether
/// there was anything to open.
///
/// Metadata and files are public then, as in `InvenioRDM`: an embargo hides what is to be open one day.
#[tracing::instrument(name = "records.lift_embargo", skip_all, fields(record.id = %id))]
pub(crate) async fn lift_embargo(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
) -> Result<bool> {
    let collection = ctx.active.load().collection(collection)?;
    let now = ctx.clock.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let stored = ctx.database.stored(&[id]).await?.pop();
    let (record, draft) = stored.map_or((None, None), |stored| (stored.record, stored.draft));
    let is_closed =
        |record: &Record| record.tombstone.is_none() && is_over(&record.document.access, today);
    let Some(mut record) = record.filter(is_closed) else { return Ok(false) };

    let expected = record.revision;
    open(&mut record.document.access);
    let record = Record { revision: expected + 1, updated: now, ..record };
    let mut changes = vec![Change::ReplaceRecord { record, expected, by: None }];
    if let Some(mut draft) = draft.filter(|draft| is_over(&draft.document.access, today)) {
        let expected = draft.revision;
        open(&mut draft.document.access);
        draft.problems.retain(|problem| !problem.at.starts_with("/access/embargo"));
        let draft = Draft { revision: expected + 1, updated: now, ..draft };
        changes.push(Change::ReplaceDraft { draft, expected });
    }
    write::write(ctx, &collection, changes, &[id], Refresh::Soon).await?;
    tracing::info!(record.id = %id, "the embargo of record {id} is over");
    Ok(true)
}

fn is_over(access: &Access, today: Date) -> bool {
    access.embargo.active && access.embargo.until.is_some_and(|until| until <= today)
}

fn open(access: &mut Access) {
    access.embargo.active = false;
    access.record = Visibility::Public;
    access.files = Visibility::Public;
}
