//! Bringing in line what differs.

use std::collections::BTreeSet;
use std::sync::Arc;

use repono_domain::RecordId;

use super::Verdict;
use super::index_batch::{DRAFT, index_into};
use super::pace::Pace;
use super::portions::portions;
use super::range::{Differences, record_of};
use crate::collections::Collection;
use crate::ports::{IndexWrite, Visible};
use crate::{Context, Result};

/// What became of differences.
#[derive(Default)]
pub(super) struct Mended {
    /// Records that are in line now.
    pub(super) in_line: u64,
    /// Records that changed meanwhile: what was found of them says nothing any more.
    pub(super) moved: BTreeSet<RecordId>,
    /// Records of which a document cannot be what it should be, and why.
    pub(super) failed: Vec<(RecordId, Verdict)>,
}

/// Writes what the database says now in the place of what differs.
pub(super) async fn mend(
    ctx: &Context,
    collection: &Arc<Collection>,
    differences: Differences,
    pace: &Pace,
    visible: Visible,
) -> Result<Mended> {
    let mut mended = Mended::default();
    remove(ctx, collection, differences.phantoms, &mut mended).await?;
    look_again(ctx, &differences.ahead, &mut mended).await?;
    if differences.behind.is_empty() {
        return Ok(mended);
    }
    pace.take(differences.behind.len()).await;
    let ids: Vec<_> = differences.behind.iter().map(|outline| outline.id).collect();
    let mut outlines = differences.behind.iter();
    for portion in portions(ctx, &ids).await? {
        let stored = ctx.database.stored(portion).await?;
        let verdicts = index_into(ctx, collection, &stored, visible).await?;
        for ((found, verdict), outline) in stored.into_iter().zip(verdicts).zip(outlines.by_ref()) {
            match verdict {
                Verdict::Done if found.version == outline.version => mended.in_line += 1,
                Verdict::Done => drop(mended.moved.insert(found.id)),
                failure => mended.failed.push((found.id, failure)),
            }
        }
    }
    Ok(mended)
}

/// A later version than the database knew may be one that came between the two looks.
async fn look_again(ctx: &Context, ahead: &[(String, u64)], mended: &mut Mended) -> Result<()> {
    let records = ahead.iter().filter_map(|(key, version)| Some((record_of(key)?, *version)));
    let (ids, versions): (Vec<_>, Vec<_>) = records.unzip();
    if ids.is_empty() {
        return Ok(());
    }
    for (found, version) in ctx.database.stored(&ids).await?.into_iter().zip(versions) {
        if found.version >= version {
            mended.moved.insert(found.id);
        } else {
            let reason = format!(
                "the index has revision {version} of it, which the database does not know (it has {}), as after a restore of a backup: `repono index rebuild` makes the index anew",
                found.version
            );
            mended.failed.push((found.id, Verdict::Later(reason)));
        }
    }
    Ok(())
}

async fn remove(
    ctx: &Context,
    collection: &Collection,
    phantoms: Vec<(String, u64)>,
    mended: &mut Mended,
) -> Result<()> {
    if phantoms.is_empty() {
        return Ok(());
    }
    // What is of no record is nobody's, and goes; its version stays what it is.
    let (ours, others): (Vec<_>, Vec<_>) = phantoms
        .into_iter()
        .map(|(key, version)| (record_of(&key), key, version))
        .partition(|(id, ..)| id.is_some());
    let mut writes: Vec<_> = others
        .into_iter()
        .map(|(_, key, version)| IndexWrite { key, version, body: None })
        .collect();
    // A document may have come between the two looks: what the database knows now is not removed.
    let ids: Vec<_> = ours.iter().filter_map(|(id, ..)| *id).collect();
    for ((_, key, version), found) in ours.into_iter().zip(ctx.database.stored(&ids).await?) {
        let there = if key.ends_with(DRAFT) {
            found.draft.is_some()
        } else {
            found.record.is_some_and(|record| record.tombstone.is_none())
        };
        if there {
            mended.moved.insert(found.id);
        } else {
            writes.push(IndexWrite { key, version: found.version.max(version), body: None });
        }
    }
    mended.in_line += u64::try_from(writes.len()).unwrap_or_default();
    ctx.search.write(&collection.index, writes, Visible::Eventually).await?;
    Ok(())
}
