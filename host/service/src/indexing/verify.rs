//! Whether an index holds what the database does: count and checksum, before it is put in use.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, pin_mut};
use repono_domain::RecordId;
use sha2::{Digest as _, Sha256};

use super::Verdict;
use super::mend::mend;
use super::pace::Pace;
use super::range::{Range, Versions, in_ranges, record_of};
use crate::collections::Collection;
use crate::ports::Visible;
use crate::{Context, Error, Result};

/// How often a range is looked at until it is as it should be.
const LOOKS: u32 = 5;
/// Between two looks, for what is busy.
const PAUSE: Duration = Duration::from_millis(200);

/// What both sides hold: the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Documents of records and drafts.
    pub documents: u64,
    /// Of their keys and versions, in the order of keys.
    pub checksum: String,
    /// Records left out, as they changed in this moment or as their plugin refuses them.
    pub left_out: u64,
}

/// Keys and versions, as one side told them.
#[derive(Default)]
struct Sum {
    documents: u64,
    hash: Sha256,
}

impl Sum {
    fn add(&mut self, versions: &Versions) {
        for (key, version) in versions {
            self.documents += 1;
            self.hash.update(key.as_bytes());
            self.hash.update([0]);
            self.hash.update(version.to_be_bytes());
        }
    }

    fn told(self) -> (u64, String) {
        let digest = repono_domain::Digest::from_sha256(self.hash.finalize().into());
        (self.documents, digest.as_str().to_owned())
    }
}

/// Compares an index that has just been filled, range by range, mends what a live write missed, and
/// answers what both sides hold.
///
/// # Errors
/// `Conflict` if they do not hold the same.
pub(super) async fn verify(ctx: &Context, collection: &Arc<Collection>) -> Result<Verified> {
    let (mut database, mut index, mut left_out) = (Sum::default(), Sum::default(), 0);
    let ranges = in_ranges(ctx, collection, |ctx, collection, range| async move {
        verify_range(&ctx, &collection, &range).await
    });
    pin_mut!(ranges);
    while let Some(range) = ranges.next().await {
        let Settled { expected, indexed, out } = range?;
        database.add(&expected);
        index.add(&indexed);
        left_out += out;
    }
    let (database, index) = (database.told(), index.told());
    if database != index {
        return Err(Error::Conflict(format!(
            "the index {} was not put in use: it has {} documents with the checksum {}, and the database {} with {}",
            collection.index, index.0, index.1, database.0, database.1
        )));
    }
    Ok(Verified { documents: index.0, checksum: index.1, left_out })
}

/// What both sides say of a range, without what was left out.
struct Settled {
    expected: Versions,
    indexed: Versions,
    out: u64,
}

async fn verify_range(
    ctx: &Context,
    collection: &Arc<Collection>,
    range: &Range,
) -> Result<Settled> {
    let mut out = BTreeSet::new();
    let mut differing = 0;
    for look in 0..LOOKS {
        if look > 1 {
            tokio::time::sleep(PAUSE * look).await;
        }
        let (differences, waiting, mut indexed) = range.look(ctx, collection).await?;
        out.extend(waiting);
        let differences = differences.without(&out);
        if differences.is_empty() {
            let mut expected = range.expected();
            leave_out(&mut expected, &out);
            leave_out(&mut indexed, &out);
            return Ok(Settled { expected, indexed, out: u64::try_from(out.len()).unwrap_or(0) });
        }
        differing = differences.behind.len() + differences.ahead.len() + differences.phantoms.len();
        let mended =
            mend(ctx, collection, differences, &Pace::new(None), Visible::OnReturn).await?;
        out.extend(mended.moved);
        // It was tried when the index was filled, too: the plugin will not have it.
        let refused = mended
            .failed
            .into_iter()
            .filter(|(_, verdict)| matches!(verdict, Verdict::Refused(_) | Verdict::Retry(_)));
        out.extend(refused.map(|(id, _)| id));
    }
    let first = range.outlines.first().map_or_else(String::new, |first| first.id.to_string());
    let last = range.until.map_or_else(|| "the end".to_owned(), |last| last.to_string());
    Err(Error::Conflict(format!(
        "the index {} was not put in use: from {first} to {last} it differs from the database in {differing} documents, and could not be mended; look at what the search engine says, and try again",
        collection.index
    )))
}

fn leave_out(side: &mut Versions, out: &BTreeSet<RecordId>) {
    side.retain(|key, _| !record_of(key).is_some_and(|id| out.contains(&id)));
}
