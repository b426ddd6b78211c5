//! Comparing an index with the database, and mending it.

use std::collections::BTreeMap;
use std::sync::Arc;

use repono_domain::RecordId;

use super::Verdict;
use super::index_batch::{DRAFT, draft_key, index_into};
use crate::collections::Collection;
use crate::ports::{Filter, IndexWrite, Visible};
use crate::{Context, Result};

/// Records compared at once.
const STEP: u32 = 500;

/// What was found and mended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Records compared.
    pub compared: u64,
    /// Records whose documents were missing, old, or too many.
    pub mended: u64,
    /// Records that the plugin refuses to index, with its reason; the first hundred.
    pub refused: Vec<(RecordId, String)>,
}

/// Brings an index in line with the database. Cheap where it is in line already: ids and versions are
/// compared in ranges. The same walk fills a new index.
pub async fn reconcile(
    ctx: &Context,
    collection: &Arc<Collection>,
    mut told: impl FnMut(&Drift),
) -> Result<Drift> {
    let mut drift = Drift::default();
    let mut after: Option<RecordId> = None;
    let mut last_key: Option<String> = None;
    loop {
        let ids = ctx.database.walk(&collection.name, Filter::All, after, STEP).await?;
        let stored = ctx.database.stored(&ids).await?;
        let end = ids.last().copied();
        let indexed = range(ctx, collection, &mut last_key, end).await?;

        let mut expected = BTreeMap::new();
        for found in &stored {
            if found.record.as_ref().is_some_and(|record| record.tombstone.is_none()) {
                expected.insert(found.id.to_string(), found.version);
            }
            if found.draft.is_some() {
                expected.insert(draft_key(found.id), found.version);
            }
        }
        let phantoms: Vec<_> =
            indexed.keys().filter(|key| !expected.contains_key(*key)).cloned().collect();
        drift.mended += remove(ctx, collection, &indexed, phantoms).await?;
        let behind = |id: RecordId| {
            let keys = [id.to_string(), draft_key(id)];
            keys.iter().any(|key| {
                expected
                    .get(key)
                    .is_some_and(|version| indexed.get(key).is_none_or(|indexed| indexed < version))
            })
        };
        let stale: Vec<_> = stored.into_iter().filter(|found| behind(found.id)).collect();
        if !stale.is_empty() {
            let verdicts = index_into(ctx, collection, &stale, Visible::Eventually).await?;
            for (found, verdict) in stale.iter().zip(verdicts) {
                match verdict {
                    Verdict::Done => drift.mended += 1,
                    Verdict::Retry(reason) | Verdict::Refused(reason)
                        if drift.refused.len() < 100 =>
                    {
                        drift.refused.push((found.id, reason));
                    }
                    Verdict::Retry(_) | Verdict::Refused(_) => {}
                }
            }
        }
        drift.compared += u64::try_from(ids.len()).unwrap_or_default();
        told(&drift);
        let Some(last) = end else { break };
        after = Some(last);
    }
    // An empty write that must be visible commits all that went before.
    ctx.search.write(&collection.index, Vec::new(), Visible::OnReturn).await?;
    Ok(drift)
}

/// Keys and versions in the index after the last range, up to and including `end`'s; all that are left without one.
async fn range(
    ctx: &Context,
    collection: &Collection,
    last_key: &mut Option<String>,
    end: Option<RecordId>,
) -> Result<BTreeMap<String, u64>> {
    let until = end.map(draft_key);
    let mut found = BTreeMap::new();
    loop {
        let page = ctx.search.versions(&collection.index, last_key.as_deref(), 1000).await?;
        let whole = page.len() == 1000;
        for (key, version) in page {
            if until.as_ref().is_some_and(|until| key > *until) {
                *last_key = until;
                return Ok(found);
            }
            *last_key = Some(key.clone());
            found.insert(key, version);
        }
        if !whole {
            if until.is_some() {
                *last_key = until;
            }
            return Ok(found);
        }
    }
}

async fn remove(
    ctx: &Context,
    collection: &Collection,
    indexed: &BTreeMap<String, u64>,
    phantoms: Vec<String>,
) -> Result<u64> {
    if phantoms.is_empty() {
        return Ok(0);
    }
    // A document may have come between the two looks: what the database knows now is not removed.
    let ids: Vec<RecordId> =
        phantoms.iter().filter_map(|key| key.trim_end_matches(DRAFT).parse().ok()).collect();
    let now = ctx.database.stored(&ids).await?;
    let mut writes = Vec::new();
    for (key, found) in phantoms.into_iter().zip(now) {
        let there = if key.ends_with(DRAFT) {
            found.draft.is_some()
        } else {
            found.record.is_some_and(|record| record.tombstone.is_none())
        };
        if !there {
            let version = found.version.max(indexed.get(&key).copied().unwrap_or_default());
            writes.push(IndexWrite { key, version, body: None });
        }
    }
    let count = u64::try_from(writes.len()).unwrap_or_default();
    ctx.search.write(&collection.index, writes, Visible::Eventually).await?;
    Ok(count)
}
