//! Promises to the search index, kept in the transaction of what they concern.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use repono_domain::{CollectionName, Digest, RecordId};

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
    /// Tries so far.
    pub attempts: u32,
}

/// How far behind the index may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxLag {
    /// Promises not yet kept.
    pub pending: u64,
    /// When the oldest was made.
    pub oldest: Option<Timestamp>,
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

    /// Tries again at `at`, and notes why.
    async fn postpone(&self, seq: i64, at: Timestamp, why: &str) -> Result<()>;

    /// Gives up on a record until its plugin or the record changes, and strikes its promise out.
    async fn quarantine(&self, seq: i64, entry: &Quarantined) -> Result<()>;

    /// What was given up, oldest first.
    async fn quarantined(&self, limit: u32) -> Result<Vec<Quarantined>>;

    /// Promises again what was given up for this collection, under whatever plugin is in force.
    async fn release_quarantined(&self, collection: &CollectionName) -> Result<u64>;

    /// How far behind the index may be.
    async fn lag(&self) -> Result<OutboxLag>;
}
