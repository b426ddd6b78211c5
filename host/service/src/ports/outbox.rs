//! Promises to the search index, kept in the transaction of what they concern.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use repono_domain::{CollectionName, Digest, RecordId, TraceParent};

use crate::Result;

/// A promise that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its number; numbers grow.
    pub seq: i64,
    /// Where the record belongs.
    pub collection: CollectionName,
    /// Which record.
    pub record: RecordId,
    /// Tries that failed so far, those that failed by the circumstances left out.
    pub attempts: u32,
    /// The trace in which it was promised, if one was recorded.
    pub trace: Option<TraceParent>,
}

/// How far behind an index may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboxLag {
    /// Promises not yet kept.
    pub pending: u64,
    /// When the oldest was made.
    pub oldest: Timestamp,
}

/// A record that this version of a plugin cannot index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Where the record belongs.
    pub collection: CollectionName,
    /// Which record.
    pub record: RecordId,
    /// Which plugin could not.
    pub plugin: Digest,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// Reads and keeps promises.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Promises that are due, oldest first, each record once (its highest number). They stay until
    /// [`Outbox::kept`], but are not handed out again before `lease` is over.
    async fn due(&self, limit: u32, lease: SignedDuration) -> Result<Vec<Due>>;

    /// Strikes out the promises for these records up to and including these numbers.
    async fn kept(&self, promises: &[(RecordId, i64)]) -> Result<()>;

    /// Leaves the promises for these records, up to and including these numbers, alone until `at`,
    /// and notes why. Nobody but the circumstances is to blame, so it is not counted.
    async fn postpone(&self, promises: &[(RecordId, i64)], at: Timestamp, why: &str) -> Result<()>;

    /// The same, after a try of which the record or its plugin may be to blame: counts it.
    async fn failed(&self, promises: &[(RecordId, i64)], at: Timestamp, why: &str) -> Result<()>;

    /// Which records of a collection have promises that are not kept, of those after `after` up to
    /// and including `until`.
    async fn promised(
        &self,
        collection: &CollectionName,
        after: Option<RecordId>,
        until: Option<RecordId>,
    ) -> Result<BTreeSet<RecordId>>;

    /// Gives up on a record until its plugin or the record changes, and strikes its promise out.
    async fn quarantine(&self, seq: i64, entry: &Quarantined) -> Result<()>;

    /// What was given up, oldest first.
    async fn quarantined(&self, limit: u32) -> Result<Vec<Quarantined>>;

    /// Promises again what was given up of this collection, or of this record of it alone, under
    /// whatever plugin is in force. Answers how many records that are.
    async fn release_quarantined(
        &self,
        collection: &CollectionName,
        record: Option<RecordId>,
    ) -> Result<u64>;

    /// How many records of each collection were given up.
    async fn quarantine_sizes(&self) -> Result<BTreeMap<CollectionName, u64>>;

    /// How far behind each collection's index may be; those without promises are left out. Reads
    /// every promise that is not kept.
    async fn lag(&self) -> Result<BTreeMap<CollectionName, OutboxLag>>;
}
