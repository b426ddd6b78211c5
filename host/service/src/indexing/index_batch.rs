//! Bringing records' search documents up to date.

use std::collections::HashMap;
use std::sync::Arc;

use repono_domain::{CollectionName, Record, RecordId};
use serde_json::{Map, Value};

use super::portions::portions;
use crate::collections::Collection;
use crate::plugins::call;
use crate::ports::{Doc, IndexWrite, PluginFailure, Stored, Visible};
use crate::records::{indexed_draft, indexed_record, record_doc};
use crate::{Context, Result};

/// A search document, or a part of one.
type Object = Map<String, Value>;

/// Ends the keys of drafts.
pub(crate) const DRAFT: &str = ".draft";

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The index is in line with the database.
    Done,
    /// Worth another try, and nobody but the circumstances is to blame.
    Later(String),
    /// Worth another try, but not many.
    Retry(String),
    /// This plugin will never index this record.
    Refused(String),
}

impl Verdict {
    /// Why it came to nothing; empty if it did not.
    pub(super) fn reason(self) -> String {
        match self {
            Self::Done => String::new(),
            Self::Later(reason) | Self::Retry(reason) | Self::Refused(reason) => reason,
        }
    }
}

/// Writes what the database says now about these records to their collection's index, and to the
/// index that is being filled to replace it.
pub async fn index_batch(
    ctx: &Context,
    collection: &CollectionName,
    ids: &[RecordId],
    visible: Visible,
) -> Result<Vec<Verdict>> {
    let Ok(collection) = ctx.active.load().collection(collection) else {
        // The plugin is not in force: the promise waits until it is.
        return Ok(vec![
            Verdict::Later(format!("the collection {collection} is not active"));
            ids.len()
        ]);
    };
    let mut verdicts = Vec::with_capacity(ids.len());
    for portion in portions(ctx, ids).await? {
        let stored = ctx.database.stored(portion).await?;
        let (of_portion, ()) = tokio::join!(
            index_into(ctx, &collection, &stored, visible),
            index_into_shadow(ctx, &collection, &stored)
        );
        verdicts.extend(of_portion?);
    }
    Ok(verdicts)
}

/// A version on trial spoils nothing: what it refuses or misses is told when its index is verified.
async fn index_into_shadow(ctx: &Context, collection: &Collection, stored: &[Stored]) {
    let Some(shadow) = &collection.shadow else { return };
    if let Err(error) = index_into(ctx, &shadow.collection, stored, Visible::Eventually).await {
        tracing::warn!(collection = %collection.name, index = %shadow.collection.index, error = %error, "the index being filled missed a write");
    }
}

/// Writes into one index.
pub(super) async fn index_into(
    ctx: &Context,
    collection: &Arc<Collection>,
    stored: &[Stored],
    visible: Visible,
) -> Result<Vec<Verdict>> {
    let (mut records, mut verdicts) = documents(ctx, collection, stored).await;
    let mut writes = Vec::with_capacity(stored.len() * 2);
    let mut places: HashMap<String, usize> = HashMap::new();
    for (place, found) in stored.iter().enumerate() {
        if verdicts[place] != Verdict::Done {
            continue;
        }
        let body = records.remove(&place);
        let draft = found.draft.as_ref();
        let draft = draft.map(|draft| indexed_draft(&ctx.services, collection, draft));
        // What was never there need not be removed: no draft came before the first state of a work
        // that was published at once, and a record that is not stored has never been.
        let (had_record, had_draft) = (found.record.is_some(), found.version > 1);
        let writes_of =
            [(found.id.to_string(), body, had_record), (draft_key(found.id), draft, had_draft)];
        for (key, body, had) in writes_of {
            if body.is_some() || had {
                places.insert(key.clone(), place);
                let body = body.map(Value::Object);
                writes.push(IndexWrite { key, version: found.version, body });
            }
        }
    }
    for failure in ctx.search.write(&collection.index, writes, visible).await? {
        if let Some(place) = places.get(&failure.key) {
            verdicts[*place] = Verdict::Refused(failure.reason);
        }
    }
    Ok(verdicts)
}

/// The key of a record's draft; the record's own is its id.
pub(super) fn draft_key(id: RecordId) -> String {
    format!("{id}{DRAFT}")
}

/// The search documents of published records, by position, made by the plugin if it makes them.
async fn documents(
    ctx: &Context,
    collection: &Arc<Collection>,
    stored: &[Stored],
) -> (HashMap<usize, Object>, Vec<Verdict>) {
    let mut verdicts = vec![Verdict::Done; stored.len()];
    let published: Vec<(usize, &Stored, &Record)> = stored
        .iter()
        .enumerate()
        .filter_map(|(place, found)| Some((place, found, visible_record(found)?)))
        .collect();
    let mut transformed = if collection.transforms {
        let docs = published
            .iter()
            .map(|(place, _, record)| (*place, record_doc(&ctx.services, collection, record)));
        Some(transformed(ctx, collection, docs.collect(), &mut verdicts).await)
    } else {
        None
    };
    let mut documents = HashMap::with_capacity(published.len());
    for (place, found, record) in published {
        let own = || indexed_record(&ctx.services, collection, record, found.draft.is_some());
        let document = match &mut transformed {
            None => own(),
            Some(transformed) => {
                let Some(mut document) = transformed.remove(&place) else { continue };
                // The plugin's members win, but for those that the host keeps for itself.
                document.extend(own());
                document
            }
        };
        documents.insert(place, document);
    }
    (documents, verdicts)
}

/// What the plugin makes of these records, by position.
async fn transformed(
    ctx: &Context,
    collection: &Collection,
    docs: Vec<(usize, Doc)>,
    verdicts: &mut [Verdict],
) -> HashMap<usize, Object> {
    let mut made = HashMap::new();
    match transform(ctx, collection, docs.iter().map(|(_, doc)| doc.clone()).collect()).await {
        Ok(answers) => docs
            .iter()
            .zip(answers)
            .for_each(|((place, _), answer)| sort_out(*place, answer, &mut made, verdicts)),
        // One bad document must not spoil the others: each is tried alone.
        Err(PluginFailure::Fault(_)) if docs.len() > 1 => {
            for (place, doc) in docs {
                match transform(ctx, collection, vec![doc]).await {
                    Ok(answers) => answers
                        .into_iter()
                        .for_each(|answer| sort_out(place, answer, &mut made, verdicts)),
                    Err(failure) => verdicts[place] = verdict(&failure),
                }
            }
        }
        Err(failure) => docs.iter().for_each(|(place, _)| verdicts[*place] = verdict(&failure)),
    }
    made
}

async fn transform(
    ctx: &Context,
    collection: &Collection,
    docs: Vec<Doc>,
) -> Result<Vec<Result<String, String>>, PluginFailure> {
    collection.plugin.transform(&call(ctx), collection.name.as_str(), docs).await
}

fn sort_out(
    place: usize,
    answer: Result<String, String>,
    made: &mut HashMap<usize, Object>,
    verdicts: &mut [Verdict],
) {
    match answer.map(|text| serde_json::from_str::<Object>(&text)) {
        Ok(Ok(document)) => drop(made.insert(place, document)),
        Ok(Err(_)) => {
            verdicts[place] = Verdict::Refused(
                "the plugin answered with something that is not a JSON object".to_owned(),
            );
        }
        Err(reason) => verdicts[place] = Verdict::Refused(reason),
    }
}

fn verdict(failure: &PluginFailure) -> Verdict {
    match failure {
        PluginFailure::Busy | PluginFailure::Unavailable(_) => Verdict::Later(failure.to_string()),
        PluginFailure::Transient(_) | PluginFailure::Fault(_) => {
            Verdict::Retry(failure.to_string())
        }
        PluginFailure::InvalidInput(_)
        | PluginFailure::Unsupported(_)
        | PluginFailure::Permanent(_) => Verdict::Refused(failure.to_string()),
    }
}

fn visible_record(stored: &Stored) -> Option<&Record> {
    stored.record.as_ref().filter(|record| record.tombstone.is_none())
}
