//! Works, drafts, records.

use repono_domain::{Digest, Draft, Parent, Record, RecordId, UserId};
use repono_service::Result;
use serde_json::Map;

use crate::sql::preconditions::Precondition;
use crate::sql::script::Script;
use crate::sql::statement::Value;

pub(super) fn insert_parent(script: &mut Script, parent: &Parent) -> Result<()> {
    script
        .step("insert into parents (id, collection, owner, revision, latest, highest, pids) values (?, ?, ?, ?, ?, ?, ?)")
        .bind(parent.id)
        .bind(parent.collection.as_str())
        .bind(parent.owner.0)
        .bind(parent.revision.max(1))
        .bind(parent.latest)
        .bind(parent.highest)
        .bind(Value::json(&parent.pids)?)
        .unless_refused(Precondition::NewParent(parent.id));
    Ok(())
}

/// Moves the work's revision by `count` as well.
pub(super) fn move_versions(
    script: &mut Script,
    parent: RecordId,
    from: (Option<u32>, u32),
    to: (Option<u32>, u32),
    pids: &Map<String, serde_json::Value>,
    count: u32,
) -> Result<()> {
    script
        // Versions count from 1, and no dialect but its own knows each one's way to compare nulls.
        .step("update parents set latest = ?, highest = ?, pids = ?, revision = revision + ? where id = ? and coalesce(latest, 0) = ? and highest = ?")
        .bind(to.0)
        .bind(to.1)
        .bind(Value::json(pids)?)
        .bind(count)
        .bind(parent)
        .bind(from.0.unwrap_or(0))
        .bind(from.1)
        .must_change(Precondition::VersionsStand(parent));
    Ok(())
}

pub(super) fn delete_parent(script: &mut Script, id: RecordId) {
    script
        .step("delete from parents where id = ?")
        .bind(id)
        .unless_refused(Precondition::EmptyParent(id));
}

pub(super) fn count_change(script: &mut Script, id: RecordId) {
    script.step("update parents set revision = revision + 1 where id = ?").bind(id);
}

pub(super) fn insert_draft(script: &mut Script, draft: &Draft) -> Result<()> {
    script
        .step(
            "insert into drafts (id, collection, parent, version_index, revision, created, updated, document, bytes, problems, plugin, schema_version) \
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(draft.id)
        .bind(draft.parent.collection.as_str())
        .bind(draft.parent.id)
        .bind(draft.version_index)
        .bind(draft.revision)
        .bind(draft.created.as_microsecond())
        .bind(draft.updated.as_microsecond())
        .bind_document(&draft.document)?
        .bind(Value::json(&draft.problems)?)
        .bind(draft.schema.plugin.as_str())
        .bind(draft.schema.version)
        .unless_refused(Precondition::NewDraft(draft.id));
    Ok(())
}

pub(super) fn replace_draft(script: &mut Script, draft: &Draft, expected: u64) -> Result<()> {
    script
        .step(
            "update drafts set revision = ?, updated = ?, document = ?, bytes = ?, problems = ?, plugin = ?, schema_version = ? \
             where id = ? and revision = ?",
        )
        .bind(draft.revision)
        .bind(draft.updated.as_microsecond())
        .bind_document(&draft.document)?
        .bind(Value::json(&draft.problems)?)
        .bind(draft.schema.plugin.as_str())
        .bind(draft.schema.version)
        .bind(draft.id)
        .bind(expected)
        .must_change(Precondition::DraftIs(draft.id, expected));
    Ok(())
}

pub(super) fn delete_draft(script: &mut Script, id: RecordId, expected: u64) {
    script
        .step("delete from drafts where id = ? and revision = ?")
        .bind(id)
        .bind(expected)
        .must_change(Precondition::DraftIs(id, expected));
}

pub(super) fn insert_record(
    script: &mut Script,
    record: &Record,
    by: Option<UserId>,
) -> Result<()> {
    script
        .step("insert into records (id, collection, parent, version_index, revision, created, updated, tombstone) values (?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(record.id)
        .bind(record.parent.collection.as_str())
        .bind(record.parent.id)
        .bind(record.version_index)
        .bind(record.revision)
        .bind(record.created.as_microsecond())
        .bind(record.updated.as_microsecond())
        .bind(Value::json_if(record.tombstone.as_ref())?)
        .unless_refused(Precondition::NewRecord(record.id));
    append_revision(script, record, by, Precondition::NewRecord(record.id))?;
    note_embargo(script, record);
    Ok(())
}

pub(super) fn replace_record(
    script: &mut Script,
    record: &Record,
    expected: u64,
    by: Option<UserId>,
) -> Result<()> {
    script
        .step("update records set revision = ?, updated = ?, tombstone = ? where id = ? and revision = ?")
        .bind(record.revision)
        .bind(record.updated.as_microsecond())
        .bind(Value::json_if(record.tombstone.as_ref())?)
        .bind(record.id)
        .bind(expected)
        .must_change(Precondition::RecordIs(record.id, expected));
    append_revision(script, record, by, Precondition::NewRevision(record.id, record.revision))?;
    script.step("delete from embargoes where record = ?").bind(record.id);
    note_embargo(script, record);
    Ok(())
}

pub(super) fn purge_record(script: &mut Script, record: &Record, expected: u64) -> Result<()> {
    script
        .step("update records set tombstone = ? where id = ? and revision = ?")
        .bind(Value::json_if(record.tombstone.as_ref())?)
        .bind(record.id)
        .bind(expected)
        .must_change(Precondition::RecordIs(record.id, expected));
    script
        .step("update revisions set document = ? where record = ?")
        .bind(Value::json(&record.document)?)
        .bind(record.id);
    Ok(())
}

/// Of a record that has none noted.
fn note_embargo(script: &mut Script, record: &Record) {
    let embargo = &record.document.access.embargo;
    let until = embargo.until.filter(|_| embargo.active && record.tombstone.is_none());
    if let Some(until) = until {
        script
            .step("insert into embargoes (record, until_day) values (?, ?)")
            .bind(record.id)
            .bind(until.to_string());
    }
}

fn append_revision(
    script: &mut Script,
    record: &Record,
    by: Option<UserId>,
    precondition: Precondition,
) -> Result<()> {
    script
        .step("insert into revisions (record, revision, created, author, document, bytes, plugin, schema_version) values (?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(record.id)
        .bind(record.revision)
        .bind(record.updated.as_microsecond())
        .bind(by.map(|user| user.0))
        .bind_document(&record.document)?
        .bind(record.schema.plugin.as_str())
        .bind(record.schema.version)
        .unless_refused(precondition);
    Ok(())
}

pub(super) fn import(
    script: &mut Script,
    line: &Digest,
    record: RecordId,
    instead_of: Option<RecordId>,
) {
    match instead_of {
        None => script
            .step("insert into imports (line, record) values (?, ?)")
            .bind(line.as_str())
            .bind(record)
            .unless_refused(Precondition::NewLine),
        Some(gone) => script
            .step("update imports set record = ? where line = ? and record = ?")
            .bind(record)
            .bind(line.as_str())
            .bind(gone)
            .must_change(Precondition::NewLine),
    }
}
