//! Records, their drafts and their versions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Caller, CollectionName, Digest, Document, Problem, RecordId, UserId, Visibility};

/// All versions of one work.
#[derive(Clone, Debug, PartialEq)]
pub struct Parent {
    /// Public id; leads readers to the latest version.
    pub id: RecordId,
    /// Where it belongs, for good.
    pub collection: CollectionName,
    /// Who deposited it.
    pub owner: UserId,
    /// Counts changes of this row.
    pub revision: u64,
    /// Version index of the latest published, not deleted version.
    pub latest: Option<u32>,
    /// Highest version index in use, drafts included.
    pub highest: u32,
    /// Identifiers of the work as a whole, by scheme.
    pub pids: Map<String, Value>,
}

/// What accepted a document, exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaStamp {
    /// Digest of the plugin.
    pub plugin: Digest,
    /// Version of its schema.
    pub version: u32,
}

/// Work in progress on one version. May be invalid.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Public id of the version, the record's once published.
    pub id: RecordId,
    /// The work it is a version of.
    pub parent: Parent,
    /// 1 for the first version.
    pub version_index: u32,
    /// Counts saves, from 1; goes on from the record's when a published version is edited.
    pub revision: u64,
    /// First save.
    pub created: Timestamp,
    /// Last save.
    pub updated: Timestamp,
    /// Whether a published record has this id already.
    pub published: bool,
    /// What the depositor wrote, normalised.
    pub document: Document,
    /// What was wrong with it at the last save.
    pub problems: Vec<Problem>,
    /// What looked at it.
    pub schema: SchemaStamp,
}

/// A published version.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Public id.
    pub id: RecordId,
    /// The work it is a version of.
    pub parent: Parent,
    /// 1 for the first version.
    pub version_index: u32,
    /// Counts changes, from 1; the `ETag` and the index's external version.
    pub revision: u64,
    /// First publication.
    pub created: Timestamp,
    /// Last publication.
    pub updated: Timestamp,
    /// What was published.
    pub document: Document,
    /// What accepted it.
    pub schema: SchemaStamp,
    /// Whether there is a draft with the same id.
    pub has_draft: bool,
    /// Set when it has been deleted.
    pub tombstone: Option<Tombstone>,
}

impl Record {
    /// Whether it is the version that readers of the work see.
    pub fn is_latest(&self) -> bool {
        self.parent.latest == Some(self.version_index)
    }

    /// Whether everyone may read it.
    pub fn is_public(&self) -> bool {
        self.document.access.record == Visibility::Public
    }

    /// Whether this caller may read it. The same rule as a query is part of every search.
    pub fn is_readable_by(&self, caller: &Caller) -> bool {
        self.is_public() || caller.sees_all_of(self.parent.owner)
    }
}

/// What remains of a deleted record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Id in the vocabulary `removalreasons`.
    pub removal_reason: Option<String>,
    /// Told to readers.
    pub note: String,
    /// Who removed it; none: the repository itself.
    pub removed_by: Option<UserId>,
    /// When.
    pub removal_date: Timestamp,
    /// What readers may still cite.
    pub citation_text: String,
    /// Whether readers see this tombstone.
    pub is_visible: bool,
    /// When what the record said was removed from its history; none: it is still there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purged: Option<Timestamp>,
}

/// One state that a record has been in. None is ever lost, unless the record is deleted and purged.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Whose.
    pub record: RecordId,
    /// Which.
    pub revision: u64,
    /// When it became so.
    pub created: Timestamp,
    /// Who made it so; none: the repository itself.
    pub by: Option<UserId>,
    /// What it was.
    pub document: Document,
    /// What accepted it.
    pub schema: SchemaStamp,
}
