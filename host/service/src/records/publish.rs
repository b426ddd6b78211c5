//! Publishing a draft.

use repono_domain::{CollectionName, Document, Draft, Problem, Record, RecordId};
use serde_json::{Map, Value, json};

use super::read_draft::find_to_change;
use super::render::View;
use super::{Input, Refresh, Rendered, check, render, write};
use crate::ports::Change;
use crate::{Context, Error, Result, Settings};

/// Makes a draft without errors the published version.
///
/// A draft that the plugin in force has looked at already is not looked at again.
#[tracing::instrument(name = "records.publish", skip_all, fields(record.id = %id))]
pub async fn publish(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    expected: Option<u64>,
    refresh: Option<Refresh>,
) -> Result<Rendered> {
    let collection = ctx.active.load().collection(collection)?;
    let mut draft = find_to_change(ctx, &collection, id, expected).await?;
    let stamp = collection.stamp();
    if draft.schema.plugin != stamp.plugin || has_time_bound_rule(&draft.document) {
        let input = Input { document: draft.document.clone(), problems: Vec::new() };
        (draft.document, draft.problems) = check(ctx, &collection, id, input).await?;
        draft.schema = stamp;
    }
    let problems = problems_of(&draft.document, &draft.problems);
    if !problems.is_empty() {
        return Err(Error::InvalidDocument(problems));
    }

    let published =
        if draft.published { ctx.database.record(&collection.name, id).await? } else { None };
    let (record, changes, touched) = match published {
        Some(published) => again(ctx, draft, published)?,
        None => first(ctx, draft).await?,
    };
    let refresh = ctx.settings.indexing.refresh(&collection.name, refresh);
    write::write(ctx, &collection, changes, &touched, refresh).await?;
    tracing::info!(record.id = %id, "published record {id}");

    Ok(render::record(&ctx.services, &collection, &record, View::of(ctx, &record.parent)))
}

/// What stands in the way of publishing.
pub(super) fn problems_of(document: &Document, problems: &[Problem]) -> Vec<Problem> {
    let mut problems: Vec<_> =
        problems.iter().filter(|problem| problem.is_error()).cloned().collect();
    if document.files.enabled {
        let message = "Missing uploaded files. To disable files for this record please mark it as metadata-only.";
        problems.push(Problem::error("/files/enabled", "required", message));
    }
    problems
}

/// An embargo's end is checked against the day, so a stored verdict may be out of date.
fn has_time_bound_rule(document: &Document) -> bool {
    document.access.embargo.active
}

/// The first publication of a version.
async fn first(ctx: &Context, draft: Draft) -> Result<(Record, Vec<Change>, Vec<RecordId>)> {
    let mut touched = vec![draft.id];
    if let Some(latest) = draft.parent.latest {
        // What was the latest version no longer is, and lists must say so.
        touched
            .extend(ctx.database.version(draft.parent.id, latest).await?.map(|record| record.id));
    }
    let expected = draft.revision;
    let from = (draft.parent.latest, draft.parent.highest);
    let record = first_record(&ctx.settings, draft, ctx.clock.now());
    let parent = &record.parent;
    let changes = vec![
        Change::DeleteDraft { id: record.id, parent: parent.id, expected },
        Change::MoveVersions {
            parent: parent.id,
            from,
            to: (parent.latest, parent.highest),
            pids: parent.pids.clone(),
        },
        Change::InsertRecord { record: record.clone(), by: ctx.caller.user() },
    ];
    Ok((record, changes, touched))
}

/// The record that the first publication of `draft` makes.
pub(super) fn first_record(settings: &Settings, draft: Draft, now: jiff::Timestamp) -> Record {
    let mut parent = draft.parent;
    parent.latest = Some(parent.latest.unwrap_or(0).max(draft.version_index));
    let mut document = draft.document;
    mint(settings, draft.id, &mut document.pids);
    if let Some(prefix) = &settings.doi_prefix
        && document.pids.get("doi").and_then(|doi| doi.get("provider")).and_then(Value::as_str)
            == Some("datacite")
        && !parent.pids.contains_key("doi")
    {
        parent.pids.insert("doi".to_owned(), doi(prefix, parent.id));
    }
    Record {
        id: draft.id,
        parent,
        version_index: draft.version_index,
        revision: 1,
        created: now,
        updated: now,
        document,
        schema: draft.schema,
        has_draft: false,
        tombstone: None,
    }
}

/// Gives the record the identifiers it has not brought along.
fn mint(settings: &Settings, id: RecordId, pids: &mut Map<String, Value>) {
    if let Some(prefix) = &settings.doi_prefix
        && pids
            .get("doi")
            .and_then(|doi| doi.get("identifier"))
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
    {
        pids.insert("doi".to_owned(), doi(prefix, id));
    }
    pids.insert(
        "oai".to_owned(),
        json!({"identifier": format!("oai:{}:{id}", settings.oai_prefix), "provider": "oai"}),
    );
}

/// The DOI that this repository gives to a version or a work.
pub(super) fn doi(prefix: &str, id: RecordId) -> Value {
    json!({"identifier": format!("{prefix}/{id}"), "provider": "datacite", "client": "datacite"})
}

/// A published version, edited and published again.
fn again(
    ctx: &Context,
    draft: Draft,
    published: Record,
) -> Result<(Record, Vec<Change>, Vec<RecordId>)> {
    if published.tombstone.is_some() {
        return Err(Error::Conflict(
            "The record has been deleted; restore it before you publish it again.".to_owned(),
        ));
    }
    let expected_draft = draft.revision;
    let expected = published.revision;
    let mut document = draft.document;
    for (scheme, pid) in &published.document.pids {
        document.pids.entry(scheme.clone()).or_insert_with(|| pid.clone());
    }
    mint(&ctx.settings, draft.id, &mut document.pids);
    let record = Record {
        revision: expected + 1,
        updated: ctx.clock.now(),
        document,
        schema: draft.schema,
        has_draft: false,
        ..published
    };
    let changes = vec![
        Change::DeleteDraft { id: record.id, parent: record.parent.id, expected: expected_draft },
        Change::ReplaceRecord { record: record.clone(), expected, by: ctx.caller.user() },
    ];
    let touched = vec![record.id];
    Ok((record, changes, touched))
}
