//! Bringing stored records to the schema version in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use repono_domain::{Record, Revision};

use crate::collections::Collection;
use crate::indexing::Progress;
use crate::plugins::{call, failed};
use crate::ports::{Change, Doc, Filter};
use crate::records::{Input, Refresh, doc_to_check, take, write};
use crate::{Context, Kind, Result};

const STEP: u32 = 200;

/// Migrates the records of older schema versions, and takes back the migrations of newer ones.
///
/// Each change is a revision of its own, made by nobody; a record that someone changes meanwhile is
/// left to that change. What the plugin cannot migrate stays as it was accepted.
pub(super) async fn migrate(
    ctx: &Context,
    collection: &Arc<Collection>,
    mut told: impl FnMut(Progress),
) -> Result<()> {
    let started = ctx.clock.now();
    let total = ctx.database.count(&collection.name, Filter::Published).await?;
    let mut done = 0;
    let mut after = None;
    loop {
        let ids = ctx.database.walk(&collection.name, Filter::Published, after, STEP).await?;
        let Some(last) = ids.last().copied() else { return Ok(()) };
        let stored = ctx.database.stored(&ids).await?;
        let records = stored.into_iter().filter_map(|stored| stored.record);
        let (older, newer): (Vec<_>, Vec<_>) = records
            .filter(|record| record.schema.version != collection.version)
            .partition(|record| record.schema.version < collection.version);
        forward(ctx, collection, older).await?;
        back(ctx, collection, newer).await?;
        done += u64::try_from(ids.len()).unwrap_or_default();
        told(Progress::new(done, total, started, ctx.clock.now()));
        after = Some(last);
    }
}

async fn forward(ctx: &Context, collection: &Arc<Collection>, records: Vec<Record>) -> Result<()> {
    let mut by_version: BTreeMap<u32, Vec<Record>> = BTreeMap::new();
    for record in records {
        by_version.entry(record.schema.version).or_default().push(record);
    }
    for (version, records) in by_version {
        if !collection.migrates_from.contains(&version) {
            tracing::warn!(collection = %collection.name, version, records = records.len(), "the plugin does not migrate records of schema version {version}; they stay as they were accepted");
            continue;
        }
        let docs: Vec<Doc> = records
            .iter()
            .map(|record| doc_to_check(record.id, version, &record.document))
            .collect();
        let migrated =
            collection.plugin.migrate(&call(ctx), collection.name.as_str(), version, docs).await;
        let migrated =
            migrated.map_err(|failure| failed(&collection.plugin, "migrate", failure))?;
        for (record, migrated) in records.into_iter().zip(migrated) {
            let mut input = Input { document: record.document.clone(), problems: Vec::new() };
            take(&mut input, migrated);
            let metadata = serde_json::Value::Object(input.document.metadata.clone());
            input.problems.extend(collection.schema.problems(
                "/metadata",
                &metadata,
                &ctx.terms.load(),
            ));
            if let Some(problem) = input.problems.iter().find(|problem| problem.is_error()) {
                tracing::warn!(record.id = %record.id, problem = problem.message, at = problem.at, "record {} cannot be migrated; it stays as it was accepted", record.id);
                continue;
            }
            replace(ctx, collection, record, input.document).await?;
        }
    }
    Ok(())
}

/// A record whose last change was a migration becomes what it was before it.
async fn back(ctx: &Context, collection: &Arc<Collection>, records: Vec<Record>) -> Result<()> {
    for record in records {
        let history = ctx.database.revisions(record.id).await?;
        let of_migration = history.last().is_some_and(|last: &Revision| last.by.is_none());
        let before =
            history.iter().rev().find(|revision| revision.schema.version <= collection.version);
        match before {
            Some(before) if of_migration => {
                replace(ctx, collection, record, before.document.clone()).await?;
            }
            _ => {
                tracing::warn!(record.id = %record.id, "record {} was accepted under a newer schema and stays as it is", record.id);
            }
        }
    }
    Ok(())
}

async fn replace(
    ctx: &Context,
    collection: &Arc<Collection>,
    record: Record,
    document: repono_domain::Document,
) -> Result<()> {
    let expected = record.revision;
    let schema = collection.stamp();
    let record = Record { revision: expected + 1, document, schema, ..record };
    let id = record.id;
    match write(
        ctx,
        collection,
        vec![Change::ReplaceRecord { record, expected, by: None }],
        &[id],
        Refresh::Soon,
    )
    .await
    {
        Err(error) if matches!(error.kind(), Kind::PreconditionFailed | Kind::Conflict) => Ok(()),
        outcome => outcome,
    }
}
