//! Reading what is stored of records.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use repono_domain::{CollectionName, Digest, Draft, Parent, Record, RecordId, Revision};

use crate::Result;

/// A record id and all that is stored under it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The id asked for.
    pub id: RecordId,
    /// Orders index writes. Of a work that is gone altogether: `u64::MAX >> 1`.
    pub version: u64,
    /// The published version, deleted ones included.
    pub record: Option<Record>,
    /// The draft.
    pub draft: Option<Draft>,
}

/// What is to be found in the index of what is stored under an id, without the documents themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// The id.
    pub id: RecordId,
    /// As [`Stored::version`].
    pub version: u64,
    /// Whether there is a published version that is not deleted.
    pub is_published: bool,
    /// Whether there is a draft.
    pub has_draft: bool,
}

/// Which records a walk meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Published and not deleted.
    Published,
    /// Published, deleted, and those that are drafts only: all ids of the collection.
    All,
}

/// Reads records by id and in the order of their ids. Lists for people come from the search index.
#[async_trait]
pub trait Records: Send + Sync {
    /// The draft with this id.
    async fn draft(&self, collection: &CollectionName, id: RecordId) -> Result<Option<Draft>>;

    /// The published version with this id, deleted ones included.
    async fn record(&self, collection: &CollectionName, id: RecordId) -> Result<Option<Record>>;

    /// The work with this id.
    async fn parent(&self, collection: &CollectionName, id: RecordId) -> Result<Option<Parent>>;

    /// The published version of a work with this version index, deleted ones included.
    async fn version(&self, parent: RecordId, version_index: u32) -> Result<Option<Record>>;

    /// Version indices and ids of a work's published versions, newest first; deleted ones not.
    async fn versions(&self, parent: RecordId) -> Result<Vec<(u32, RecordId)>>;

    /// The draft of a version of this work that has never been published.
    async fn new_version_draft(&self, parent: RecordId) -> Result<Option<Draft>>;

    /// What is stored under these ids, in the order asked for, unknown ids included.
    async fn stored(&self, ids: &[RecordId]) -> Result<Vec<Stored>>;

    /// How many bytes of JSON the documents have that are stored under these ids, in the order asked
    /// for; about so many of what an earlier release stored.
    async fn sizes(&self, ids: &[RecordId]) -> Result<Vec<u64>>;

    /// Which records these lines became when they were imported, in the order asked for. A record
    /// may be gone since.
    async fn imported(&self, lines: &[Digest]) -> Result<Vec<Option<RecordId>>>;

    /// Ids of a collection in their order, the first after `after`.
    async fn walk(
        &self,
        collection: &CollectionName,
        filter: Filter,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<RecordId>>;

    /// The same for all ids, with what is stored under each.
    async fn outline(
        &self,
        collection: &CollectionName,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<Outline>>;

    /// How many [`Records::walk`] would meet.
    async fn count(&self, collection: &CollectionName, filter: Filter) -> Result<u64>;

    /// Published records, not deleted ones, with an active embargo that holds no longer on this day, in the
    /// order of their ids, the first after `after`; and where they belong.
    async fn embargoes_over(
        &self,
        today: Date,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<(CollectionName, RecordId)>>;

    /// Drafts of versions that have never been published and that nobody has saved since `before`, in the order
    /// of their ids, the first after `after`; and where they belong.
    async fn abandoned_drafts(
        &self,
        before: Timestamp,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<(CollectionName, RecordId)>>;

    /// The same for published versions that have been deleted and not changed since `before`.
    async fn long_deleted(
        &self,
        before: Timestamp,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<(CollectionName, RecordId)>>;

    /// A published version's history, oldest first.
    async fn revisions(&self, id: RecordId) -> Result<Vec<Revision>>;
}
