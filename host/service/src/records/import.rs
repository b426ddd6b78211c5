//! Many documents at once.

use repono_domain::{CollectionName, Problem, Record, RecordId};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::create::{depositor, first_draft};
use super::publish::{first_record, problems_of};
use super::{Input, check_all};
use crate::indexing::Job;
use crate::ports::{Change, Stored};
use crate::{Context, Result};

/// A document to be imported.
#[derive(Clone, Debug)]
pub struct ImportLine {
    /// Its text: a record as for `create`, or a bare metadata object if it has no member `metadata`.
    pub json: Vec<u8>,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportOutcome {
    /// Stored now, under this id.
    Created(RecordId),
    /// It had been imported before, under this id.
    Known(RecordId),
    /// Refused, with every reason.
    Refused(Vec<Problem>),
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// By position.
    pub outcomes: Vec<ImportOutcome>,
}

/// Imports a batch of documents, as drafts or published, in one transaction.
///
/// The id of a new record is derived from the collection, the owner and the text, so that the same
/// line is imported once however often it is sent. Answers when the batch is durable; the index
/// follows by itself, and `wait` says whether to wait for it.
#[tracing::instrument(name = "records.import", skip_all, fields(collection = %collection, lines = lines.len()))]
pub async fn import(
    ctx: &Context,
    collection: &CollectionName,
    lines: Vec<ImportLine>,
    publish: bool,
    wait: bool,
) -> Result<Imported> {
    let collection = ctx.active.load().collection(collection)?;
    let owner = depositor(ctx)?;
    if lines.is_empty() {
        return Ok(Imported { outcomes: Vec::new() });
    }
    let ids: Vec<_> =
        lines.iter().map(|line| derived_id(&collection.name, owner.0, &line.json)).collect();
    let known = ctx.database.stored(&ids).await?;

    let mut outcomes: Vec<Option<ImportOutcome>> = vec![None; lines.len()];
    let mut fresh: Vec<(usize, RecordId, Input)> = Vec::new();
    for (place, ((line, id), stored)) in lines.iter().zip(&ids).zip(&known).enumerate() {
        if is_known(stored) || fresh.iter().any(|(_, other, _)| other == id) {
            outcomes[place] = Some(ImportOutcome::Known(*id));
            continue;
        }
        match read(ctx, &line.json) {
            Ok(input) => fresh.push((place, *id, input)),
            Err(problem) => outcomes[place] = Some(ImportOutcome::Refused(vec![problem])),
        }
    }

    let inputs = fresh.iter_mut().map(|(_, id, input)| (*id, std::mem::take(input))).collect();
    let checked = check_all(ctx, &collection, inputs).await?;
    let mut changes = Vec::new();
    let mut stored = Vec::new();
    for ((place, id, _), (document, problems)) in fresh.into_iter().zip(checked) {
        let draft = first_draft(ctx, &collection, owner, id, document, problems);
        let reasons =
            if publish { problems_of(&draft.document, &draft.problems) } else { Vec::new() };
        if !reasons.is_empty() {
            outcomes[place] = Some(ImportOutcome::Refused(reasons));
            continue;
        }
        if publish {
            let record = first_record(&ctx.settings, draft, ctx.clock.now());
            changes.extend(published(ctx, record));
        } else {
            changes
                .extend([Change::InsertParent(draft.parent.clone()), Change::InsertDraft(draft)]);
        }
        changes.push(Change::Index { collection: collection.name.clone(), record: id });
        stored.push(id);
        outcomes[place] = Some(ImportOutcome::Created(id));
    }
    if !changes.is_empty() {
        let written = ctx.database.write(changes).await?;
        let jobs = stored
            .iter()
            .zip(written.outbox)
            .map(|(record, seq)| Job { collection: collection.name.clone(), record: *record, seq })
            .collect();
        if wait {
            ctx.indexer.submit_and_wait(jobs, ctx.settings.index_wait).await;
        } else {
            ctx.indexer.submit_bulk(jobs).await;
        }
    }
    Ok(Imported { outcomes: outcomes.into_iter().flatten().collect() })
}

fn is_known(stored: &Stored) -> bool {
    stored.record.is_some() || stored.draft.is_some()
}

fn published(ctx: &Context, record: Record) -> [Change; 2] {
    [
        Change::InsertParent(record.parent.clone()),
        Change::InsertRecord { record, by: ctx.caller.user() },
    ]
}

/// The first 40 bits of the SHA-256: all that an id holds. Two different lines of one import may
/// share them (to be expected once in about one and a half million lines); the second is then told as known,
/// under the first one's id, and is not stored.
fn derived_id(collection: &CollectionName, owner: i64, json: &[u8]) -> RecordId {
    let mut hash = Sha256::new();
    hash.update(collection.as_str());
    hash.update(owner.to_le_bytes());
    hash.update(json.trim_ascii());
    let digest = hash.finalize();
    let mut low = [0; 8];
    low.copy_from_slice(&digest[..8]);
    RecordId::from_random(u64::from_le_bytes(low))
}

fn read(ctx: &Context, json: &[u8]) -> Result<Input, Problem> {
    if json.len() > ctx.settings.max_document_bytes {
        return Err(Problem::error(
            "",
            "too-large",
            format!("The line is longer than {} bytes.", ctx.settings.max_document_bytes),
        ));
    }
    let value: Value = serde_json::from_slice(json)
        .map_err(|error| Problem::error("", "not-json", format!("This is not JSON: {error}.")))?;
    match value {
        Value::Object(object) if object.contains_key("metadata") => Ok(Input::from_json(object)),
        Value::Object(metadata) => {
            let mut input = Input::default();
            input.document.metadata = metadata;
            input.document.files.enabled = false;
            Ok(input)
        }
        _ => Err(Problem::error("", "wrong-type", "A line must be a JSON object.")),
    }
}

impl From<Vec<u8>> for ImportLine {
    fn from(json: Vec<u8>) -> Self {
        Self { json }
    }
}
