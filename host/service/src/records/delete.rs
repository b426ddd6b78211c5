//! Deleting a published version: a tombstone stays.

use repono_domain::{CollectionName, Record, RecordId, Tombstone};
use serde_json::Value;

use super::{Refresh, read, read_draft, write};
use crate::ports::Change;
use crate::{Context, Error, Result};

/// Why a record is removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Id in the vocabulary `removalreasons`.
    pub reason: Option<String>,
    /// Told to readers.
    pub note: String,
    /// Whether readers see the tombstone.
    pub is_visible: bool,
    /// What readers may still cite; none: made from the metadata.
    pub citation_text: Option<String>,
}

/// Puts a tombstone in a record's place. For administrators. Its history stays.
#[tracing::instrument(name = "records.delete", skip_all, fields(record.id = %id))]
pub async fn delete(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    removal: Removal,
    expected: Option<u64>,
    refresh: Option<Refresh>,
) -> Result<()> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let collection = ctx.active.load().collection(collection)?;
    let record = read::find(ctx, &collection, id).await?;
    read_draft::expect(expected, record.revision)?;
    if let Some(reason) = &removal.reason
        && ctx
            .terms
            .load()
            .vocabulary("removalreasons")
            .is_some_and(|reasons| reasons.get(reason).is_none())
    {
        let message = format!("There is no {reason:?} in the vocabulary removalreasons.");
        return Err(Error::InvalidDocument(vec![repono_domain::Problem::error(
            "/removal_reason/id",
            "unknown-term",
            message,
        )]));
    }

    let now = ctx.clock.now();
    let tombstone = Tombstone {
        removal_reason: removal.reason,
        note: removal.note,
        removed_by: ctx.caller.user(),
        removal_date: now,
        citation_text: removal.citation_text.unwrap_or_else(|| citation(&record)),
        is_visible: removal.is_visible,
        purged: None,
    };
    let mut touched = vec![id];
    let mut changes = Vec::new();
    let latest = latest_without(ctx, &record).await?;
    let parent = &record.parent;
    if parent.latest == Some(record.version_index) {
        let to = (latest.as_ref().map(|(index, _)| *index), parent.highest);
        changes.push(Change::MoveVersions {
            parent: parent.id,
            from: (parent.latest, parent.highest),
            to,
            pids: parent.pids.clone(),
        });
        touched.extend(latest.map(|(_, id)| id));
    }
    let expected = record.revision;
    let record =
        Record { revision: expected + 1, updated: now, tombstone: Some(tombstone), ..record };
    changes.push(Change::ReplaceRecord { record, expected, by: ctx.caller.user() });
    let refresh = ctx.settings.indexing.refresh(&collection.name, refresh);
    write::write(ctx, &collection, changes, &touched, refresh).await?;
    tracing::info!(record.id = %id, "deleted record {id}");
    Ok(())
}

/// The version that is the latest when this one is not there.
async fn latest_without(ctx: &Context, record: &Record) -> Result<Option<(u32, RecordId)>> {
    let versions = ctx.database.versions(record.parent.id).await?;
    Ok(versions.into_iter().find(|(index, _)| *index != record.version_index))
}

/// Creators, year, title, publisher, DOI: as far as the metadata has them.
fn citation(record: &Record) -> String {
    let metadata = &record.document.metadata;
    let text = |name: &str| metadata.get(name).and_then(Value::as_str).unwrap_or_default();
    let creators = metadata.get("creators").and_then(Value::as_array).into_iter().flatten();
    let names = creators
        .filter_map(|creator| creator.pointer("/person_or_org/name")?.as_str())
        .collect::<Vec<_>>()
        .join("; ");
    let year = text("publication_date").split(['-', '/']).next().unwrap_or_default();
    let title = if text("title").is_empty() { text("name") } else { text("title") };
    let doi = record
        .document
        .pids
        .get("doi")
        .and_then(|doi| doi.get("identifier"))
        .and_then(Value::as_str);
    let doi = doi.map(|doi| format!("https://doi.org/{doi}")).unwrap_or_default();
    let year = if year.is_empty() { String::new() } else { format!("({year})") };
    let parts = [names, year, format!("{title}."), format!("{}.", text("publisher")), doi];
    parts.into_iter().filter(|part| !part.is_empty() && part != ".").collect::<Vec<_>>().join(" ")
}
