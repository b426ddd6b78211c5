//! Rows of works, drafts, records and their history.

use repono_domain::{Digest, Draft, Parent, Record, Revision, SchemaStamp, UserId};
use repono_service::Result;

use crate::sqlite::rows::At;

/// What [`ParentRow`] reads, of `parents p`.
macro_rules! parent_columns {
    () => {
        "p.id as parent_id, p.collection as parent_collection, p.owner as parent_owner, p.revision as parent_revision, \
         p.latest as parent_latest, p.highest as parent_highest, p.pids as parent_pids"
    };
}

/// What [`DraftRow`] reads, up to the condition.
macro_rules! draft_columns {
    () => {
        concat!(
            "select d.id, d.version_index, d.revision, d.created, d.updated, d.document, d.problems, d.plugin, d.schema_version, \
             exists (select 1 from records r where r.id = d.id) as published, ",
            parent_columns!(),
            " from drafts d join parents p on p.id = d.parent"
        )
    };
}

/// What [`RecordRow`] reads, up to the condition.
macro_rules! record_columns {
    () => {
        concat!(
            "select r.id, r.version_index, r.revision, r.created, r.updated, r.tombstone, v.document, v.plugin, v.schema_version, \
             exists (select 1 from drafts d where d.id = r.id) as has_draft, ",
            parent_columns!(),
            " from records r join revisions v on v.record = r.id and v.revision = r.revision join parents p on p.id = r.parent"
        )
    };
}

pub(super) use {draft_columns, parent_columns, record_columns};

#[derive(sqlx::FromRow)]
#[expect(
    clippy::struct_field_names,
    reason = "columns of a row that holds a draft or record as well"
)]
pub(super) struct ParentRow {
    parent_id: String,
    parent_collection: String,
    parent_owner: i64,
    parent_revision: i64,
    parent_latest: Option<i64>,
    parent_highest: i64,
    parent_pids: String,
}

impl ParentRow {
    pub(super) fn read(self) -> Result<Parent> {
        let at = At { table: "parents", row: &self.parent_id };
        Ok(Parent {
            id: at.parse("id", &self.parent_id)?,
            collection: at.parse("collection", &self.parent_collection)?,
            owner: UserId(self.parent_owner),
            revision: at.number("revision", self.parent_revision)?,
            latest: self.parent_latest.map(|latest| at.number("latest", latest)).transpose()?,
            highest: at.number("highest", self.parent_highest)?,
            pids: at.json("pids", &self.parent_pids)?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct DraftRow {
    id: String,
    version_index: i64,
    revision: i64,
    created: i64,
    updated: i64,
    document: String,
    problems: String,
    plugin: String,
    schema_version: i64,
    published: bool,
    #[sqlx(flatten)]
    parent: ParentRow,
}

impl DraftRow {
    pub(super) fn read(self) -> Result<Draft> {
        let at = At { table: "drafts", row: &self.id };
        Ok(Draft {
            id: at.parse("id", &self.id)?,
            version_index: at.number("version_index", self.version_index)?,
            revision: at.number("revision", self.revision)?,
            created: at.time("created", self.created)?,
            updated: at.time("updated", self.updated)?,
            published: self.published,
            document: at.json("document", &self.document)?,
            problems: at.json("problems", &self.problems)?,
            schema: stamp(at, &self.plugin, self.schema_version)?,
            parent: self.parent.read()?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct RecordRow {
    id: String,
    version_index: i64,
    revision: i64,
    created: i64,
    updated: i64,
    tombstone: Option<String>,
    document: String,
    plugin: String,
    schema_version: i64,
    has_draft: bool,
    #[sqlx(flatten)]
    parent: ParentRow,
}

impl RecordRow {
    pub(super) fn read(self) -> Result<Record> {
        let at = At { table: "records", row: &self.id };
        let history = At { table: "revisions", row: &self.id };
        Ok(Record {
            id: at.parse("id", &self.id)?,
            version_index: at.number("version_index", self.version_index)?,
            revision: at.number("revision", self.revision)?,
            created: at.time("created", self.created)?,
            updated: at.time("updated", self.updated)?,
            document: history.json("document", &self.document)?,
            schema: stamp(history, &self.plugin, self.schema_version)?,
            has_draft: self.has_draft,
            tombstone: at.json_if("tombstone", self.tombstone.as_deref())?,
            parent: self.parent.read()?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct RevisionRow {
    record: String,
    revision: i64,
    created: i64,
    author: Option<i64>,
    document: String,
    plugin: String,
    schema_version: i64,
}

impl RevisionRow {
    pub(super) fn read(self) -> Result<Revision> {
        let at = At { table: "revisions", row: &self.record };
        Ok(Revision {
            record: at.parse("record", &self.record)?,
            revision: at.number("revision", self.revision)?,
            created: at.time("created", self.created)?,
            by: self.author.map(UserId),
            document: at.json("document", &self.document)?,
            schema: stamp(at, &self.plugin, self.schema_version)?,
        })
    }
}

fn stamp(at: At<'_>, plugin: &str, version: i64) -> Result<SchemaStamp> {
    Ok(SchemaStamp {
        plugin: Digest::from_stored(plugin),
        version: at.number("schema_version", version)?,
    })
}
