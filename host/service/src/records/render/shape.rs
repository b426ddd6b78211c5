//! The shape itself, written without a tree in between.

use repono_domain::{
    Access, Document, Draft, Files, Parent, Problem, Record, RecordId, UserId, Visibility,
};
use serde::Serialize;
use serde::ser::Serializer;
use serde_json::{Map, Value};

use super::links::{Links, Of};
use super::{View, problem_list, time};
use crate::collections::{Collection, Extent, Shown};
use crate::context::Settings;
use crate::records::read;
use crate::vocabularies::Terms;

/// What a record or draft looks like; members that are none are left out.
#[derive(Serialize)]
pub(super) struct Shape<'a> {
    id: RecordId,
    created: String,
    updated: String,
    revision_id: u64,
    pids: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<Shown<'a>>,
    custom_fields: &'a Map<String, Value>,
    access: AccessShape<'a>,
    files: FilesShape<'a>,
    media_files: FilesShape<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) links: Option<Links<'a>>,
    parent: ParentShape<'a>,
    versions: Versions,
    is_published: bool,
    is_draft: bool,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_status: Option<DeletionStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<Stats>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tombstone: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) internal: Option<Internal>,
}

/// What a shape is made with.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub(super) settings: &'a Settings,
    pub(super) terms: &'a Terms,
    pub(super) collection: &'a Collection,
    /// How much of terms is shown.
    pub(super) extent: Extent,
}

impl<'a> Shape<'a> {
    pub(super) fn of_record(means: Means<'a>, record: &'a Record, view: View) -> Self {
        let Record { parent, document, .. } = record;
        let is_deleted = record.tombstone.is_some();
        let is_latest_draft = parent.highest == record.version_index;
        Self {
            id: record.id,
            created: time(record.created),
            updated: time(record.updated),
            revision_id: record.revision,
            pids: &document.pids,
            metadata: Some(means.shown(document)),
            custom_fields: &document.custom_fields,
            access: AccessShape::new(document),
            files: FilesShape::new(&document.files),
            media_files: FilesShape::NONE,
            links: Some(means.links(record.id, parent, document, Of::Record)),
            parent: ParentShape::new(parent, view),
            versions: Versions {
                is_latest: record.is_latest(),
                is_latest_draft: (view == View::Owner).then_some(is_latest_draft),
                index: record.version_index,
            },
            is_published: true,
            is_draft: false,
            status: "published",
            expires_at: None,
            deletion_status: Some(DeletionStatus {
                is_deleted,
                status: if is_deleted { "D" } else { "P" },
            }),
            stats: Some(Stats::default()),
            tombstone: record.tombstone.as_ref().map(read::tombstone),
            errors: None,
            internal: None,
        }
    }

    pub(super) fn of_draft(means: Means<'a>, draft: &'a Draft, problems: &[Problem]) -> Self {
        let Draft { parent, document, published, version_index, .. } = draft;
        Self {
            id: draft.id,
            created: time(draft.created),
            updated: time(draft.updated),
            revision_id: draft.revision,
            pids: &document.pids,
            metadata: Some(means.shown(document)),
            custom_fields: &document.custom_fields,
            access: AccessShape::new(document),
            files: FilesShape::new(&document.files),
            media_files: FilesShape::NONE,
            links: Some(means.links(
                draft.id,
                parent,
                document,
                Of::Draft { published: *published },
            )),
            parent: ParentShape::new(parent, View::Owner),
            versions: Versions {
                is_latest: parent.latest == Some(*version_index),
                is_latest_draft: Some(parent.highest == *version_index),
                index: *version_index,
            },
            is_published: *published,
            is_draft: true,
            status: match (published, version_index) {
                (true, _) => "published",
                (false, 1) => "draft",
                (false, _) => "new_version_draft",
            },
            expires_at: Some(time(draft.updated).replace('T', " ")),
            deletion_status: None,
            stats: None,
            tombstone: None,
            errors: (!problems.is_empty()).then(|| problem_list(problems)),
            internal: None,
        }
    }
}

impl<'a> Means<'a> {
    fn shown(self, document: &'a Document) -> Shown<'a> {
        self.collection.schema.shown(&document.metadata, self.terms, self.extent)
    }

    fn links(self, id: RecordId, parent: &'a Parent, document: &'a Document, of: Of) -> Links<'a> {
        let Self { settings, collection, .. } = self;
        Links { settings, collection, id, parent, pids: &document.pids, of }
    }
}

/// What only the search engine is told.
#[derive(Serialize)]
pub(super) struct Internal {
    pub(super) kind: &'static str,
    #[serde(serialize_with = "in_words")]
    pub(super) owner: UserId,
    pub(super) has_draft: bool,
}

#[derive(Serialize)]
struct AccessShape<'a> {
    record: Visibility,
    files: Visibility,
    embargo: EmbargoShape<'a>,
    status: &'static str,
}

#[derive(Serialize)]
struct EmbargoShape<'a> {
    active: bool,
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<jiff::civil::Date>,
}

impl<'a> AccessShape<'a> {
    fn new(document: &'a Document) -> Self {
        let access: &Access = &document.access;
        Self {
            record: access.record,
            files: access.files,
            embargo: EmbargoShape {
                active: access.embargo.active,
                reason: access.embargo.reason.as_deref(),
                until: access.embargo.until,
            },
            status: access.status(document.files.enabled).as_str(),
        }
    }
}

#[derive(Serialize)]
struct FilesShape<'a> {
    enabled: bool,
    order: &'a [String],
    count: u64,
    total_bytes: u64,
    entries: Nothing,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_preview: Option<&'a str>,
}

impl<'a> FilesShape<'a> {
    const NONE: Self = Self {
        enabled: false,
        order: &[],
        count: 0,
        total_bytes: 0,
        entries: Nothing {},
        default_preview: None,
    };

    fn new(files: &'a Files) -> Self {
        Self {
            enabled: files.enabled,
            order: &files.order,
            default_preview: files.default_preview.as_deref(),
            ..Self::NONE
        }
    }
}

#[derive(Serialize)]
struct ParentShape<'a> {
    id: RecordId,
    access: ParentAccess,
    communities: Nothing,
    pids: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct ParentAccess {
    owned_by: OwnedBy,
    settings: ParentSettings,
    #[serde(skip_serializing_if = "Option::is_none")]
    grants: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<[(); 0]>,
}

#[derive(Serialize)]
struct OwnedBy {
    #[serde(serialize_with = "in_words")]
    user: UserId,
}

#[derive(Default, Serialize)]
struct ParentSettings {
    allow_user_requests: bool,
    allow_guest_requests: bool,
    accept_conditions_text: Option<()>,
    secret_link_expiration: u32,
}

impl<'a> ParentShape<'a> {
    fn new(parent: &'a Parent, view: View) -> Self {
        let is_owner = view == View::Owner;
        Self {
            id: parent.id,
            access: ParentAccess {
                owned_by: OwnedBy { user: parent.owner },
                settings: ParentSettings::default(),
                grants: is_owner.then_some([]),
                links: is_owner.then_some([]),
            },
            communities: Nothing {},
            pids: &parent.pids,
        }
    }
}

#[derive(Serialize)]
struct Versions {
    is_latest: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_latest_draft: Option<bool>,
    index: u32,
}

#[derive(Serialize)]
struct DeletionStatus {
    is_deleted: bool,
    status: &'static str,
}

/// Nothing is counted yet.
#[derive(Default, Serialize)]
struct Stats {
    this_version: Counts,
    all_versions: Counts,
}

#[derive(Default, Serialize)]
struct Counts {
    views: u64,
    unique_views: u64,
    downloads: u64,
    unique_downloads: u64,
    data_volume: f64,
}

/// `{}`
#[derive(Serialize)]
struct Nothing {}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn in_words<S: Serializer>(user: &UserId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(user)
}
