//! Ranges of a collection's ids, in the database and in an index.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{Stream, StreamExt as _, stream};
use repono_domain::RecordId;
use tokio_util::task::AbortOnDropHandle;

use super::index_batch::{DRAFT, draft_key};
use crate::collections::Collection;
use crate::ports::{Outline, Visible};
use crate::{Context, Error, Result};

/// Beyond what is expected in a range, so many more keys are asked for, to see where it ends.
const BEYOND: usize = 16;

/// Ids that are looked at together, as the database has them.
pub(super) struct Range {
    /// The last id before it.
    pub(super) after: Option<RecordId>,
    /// Its last id; none: it has no end.
    pub(super) until: Option<RecordId>,
    /// What there is in it.
    pub(super) outlines: Vec<Outline>,
}

/// Keys of an index, and their versions.
pub(super) type Versions = BTreeMap<String, u64>;

/// In what a range of an index is not as the database has it.
#[derive(Default)]
pub(super) struct Differences {
    /// Records of which a document is missing or of an older version.
    pub(super) behind: Vec<Outline>,
    /// Documents of a later version than the database knows, with that version.
    pub(super) ahead: Vec<(String, u64)>,
    /// Documents of nothing that the database knows, with their version.
    pub(super) phantoms: Vec<(String, u64)>,
}

impl Differences {
    pub(super) fn is_empty(&self) -> bool {
        self.behind.is_empty() && self.ahead.is_empty() && self.phantoms.is_empty()
    }

    /// Of which records they are.
    fn records(&self) -> impl Iterator<Item = RecordId> {
        let documents = self.ahead.iter().chain(&self.phantoms);
        let behind = self.behind.iter().map(|outline| outline.id);
        behind.chain(documents.filter_map(|(key, _)| record_of(key)))
    }

    /// All but those of these records.
    pub(super) fn without(mut self, records: &BTreeSet<RecordId>) -> Self {
        let other =
            |(key, _): &(String, u64)| !record_of(key).is_some_and(|id| records.contains(&id));
        self.behind.retain(|outline| !records.contains(&outline.id));
        self.ahead.retain(other);
        self.phantoms.retain(other);
        self
    }
}

/// The record that a document is of.
pub(super) fn record_of(key: &str) -> Option<RecordId> {
    key.strip_suffix(DRAFT).unwrap_or(key).parse().ok()
}

impl Range {
    /// Keys that an index should have, and their versions.
    pub(super) fn expected(&self) -> Versions {
        let mut expected = Versions::new();
        for outline in &self.outlines {
            if outline.is_published {
                expected.insert(outline.id.to_string(), outline.version);
            }
            if outline.has_draft {
                expected.insert(draft_key(outline.id), outline.version);
            }
        }
        expected
    }

    /// Keys that an index has, and their versions.
    pub(super) async fn indexed(&self, ctx: &Context, collection: &Collection) -> Result<Versions> {
        let until = self.until.map(draft_key);
        let mut last = self.after.map(draft_key);
        let mut found = Versions::new();
        let page_size = self.outlines.len() * 2 + BEYOND;
        loop {
            let page = ctx.search.versions(&collection.index, last.as_deref(), page_size).await?;
            let is_last = page.len() < page_size;
            for (key, version) in page {
                if until.as_ref().is_some_and(|until| key > *until) {
                    return Ok(found);
                }
                last = Some(key.clone());
                found.insert(key, version);
            }
            if is_last {
                return Ok(found);
            }
        }
    }

    /// What differs between the two.
    pub(super) fn differences(&self, indexed: &Versions) -> Differences {
        let expected = self.expected();
        let mut differences = Differences::default();
        let behind = |key: String| {
            expected
                .get(&key)
                .is_some_and(|version| indexed.get(&key).is_none_or(|indexed| indexed < version))
        };
        let stale = self
            .outlines
            .iter()
            .filter(|outline| behind(outline.id.to_string()) || behind(draft_key(outline.id)));
        differences.behind.extend(stale);
        for (key, version) in indexed {
            match expected.get(key) {
                None => differences.phantoms.push((key.clone(), *version)),
                Some(expected) if expected < version => {
                    differences.ahead.push((key.clone(), *version));
                }
                Some(_) => {}
            }
        }
        differences
    }

    /// What differs and is not promised to follow, and what is promised.
    ///
    /// A promise is struck out only after its write, so whatever was not promised before a refresh
    /// is to be seen after it.
    pub(super) async fn look(
        &self,
        ctx: &Context,
        collection: &Collection,
    ) -> Result<(Differences, BTreeSet<RecordId>, Versions)> {
        let indexed = self.indexed(ctx, collection).await?;
        let differences = self.differences(&indexed);
        if differences.is_empty() {
            return Ok((differences, BTreeSet::new(), indexed));
        }
        let promised = ctx.database.promised(&collection.name, self.after, self.until).await?;
        ctx.search.write(&collection.index, Vec::new(), Visible::OnReturn).await?;
        let indexed = self.indexed(ctx, collection).await?;
        let differences = self.differences(&indexed);
        let waiting = differences.records().filter(|id| promised.contains(id)).collect();
        Ok((differences.without(&promised), waiting, indexed))
    }
}

/// Does `work` for every range of a collection, several at a time; answers in their order.
pub(super) fn in_ranges<T, F>(
    ctx: &Context,
    collection: &Arc<Collection>,
    work: impl Fn(Context, Arc<Collection>, Range) -> F + Clone + Send,
) -> impl Stream<Item = Result<T>> + Send
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let batches = ctx.settings.indexing.batches.max(1);
    let (ctx, collection) = (ctx.clone(), Arc::clone(collection));
    ranges(ctx.clone(), Arc::clone(&collection))
        .map(move |range| {
            let (ctx, collection, work) = (ctx.clone(), Arc::clone(&collection), work.clone());
            async move {
                // On a task of its own, so that ranges are worked on by several threads.
                let task = AbortOnDropHandle::new(tokio::spawn(work(ctx, collection, range?)));
                task.await.map_err(|error| Error::internal("a range was not looked at", error))?
            }
        })
        .buffered(batches)
}

/// All ranges, without a gap: the last has no end.
fn ranges(ctx: Context, collection: Arc<Collection>) -> impl Stream<Item = Result<Range>> + Send {
    let size = ctx.settings.indexing.batch_records.max(1);
    stream::unfold(Some(None), move |next: Option<Option<RecordId>>| {
        let (ctx, collection) = (ctx.clone(), Arc::clone(&collection));
        async move {
            let after = next?;
            let outlines = match ctx.database.outline(&collection.name, after, size).await {
                Ok(outlines) => outlines,
                Err(error) => return Some((Err(error), None)),
            };
            let is_last = u32::try_from(outlines.len()).is_ok_and(|count| count < size);
            let until = if is_last { None } else { outlines.last().map(|outline| outline.id) };
            Some((Ok(Range { after, until, outlines }), until.map(Some)))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> RecordId {
        RecordId::from_random(number)
    }

    #[test]
    fn what_is_missing_old_later_or_too_much_is_told_apart() {
        let outline = |number, is_published, has_draft| Outline {
            id: id(number),
            version: 5,
            is_published,
            has_draft,
        };
        let outlines = vec![
            outline(1, true, true),
            outline(2, true, false),
            outline(3, false, true),
            outline(4, true, true),
            outline(5, false, false),
        ];
        let range = Range { after: None, until: None, outlines };
        let indexed = Versions::from([
            (id(1).to_string(), 5),
            (draft_key(id(1)), 5),
            (id(2).to_string(), 4),
            (draft_key(id(3)), 6),
            (id(4).to_string(), 5),
            (id(5).to_string(), 3),
            ("what is this".to_owned(), 1),
        ]);

        let differences = range.differences(&indexed);

        let behind: Vec<_> = differences.behind.iter().map(|outline| outline.id).collect();
        assert_eq!(behind, [id(2), id(4)]);
        assert_eq!(differences.ahead, [(draft_key(id(3)), 6)]);
        let mut phantoms = vec![(id(5).to_string(), 3), ("what is this".to_owned(), 1)];
        phantoms.sort_unstable();
        assert_eq!(differences.phantoms, phantoms);
        let left = differences.without(&BTreeSet::from([id(2), id(3), id(5)]));
        assert_eq!((left.behind.len(), left.ahead.len(), left.phantoms.len()), (1, 0, 1));
    }
}
