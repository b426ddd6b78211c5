//! Many documents at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use repono_domain::{CollectionName, Digest, Draft, Problem, RecordId, UserId};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::create::{depositor, first_draft};
use super::publish::{first_record, problems_of};
use super::write::store;
use super::{Input, check_all};
use crate::collections::Collection;
use crate::indexing::Job;
use crate::ports::{Change, Stored};
use crate::{Context, Kind, Result};

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
/// A line of the same collection, owner and text is imported once, however often it is sent. Answers
/// when the batch is durable; the index follows by itself, and `wait` says whether to wait for it.
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
    let batch = Batch { ctx, collection, owner, publish };
    // Another import may bring the same line at the same moment, and an id may be taken.
    let (outcomes, jobs) = match batch.store(&lines).await {
        Err(error) if error.kind() == Kind::Conflict => batch.store(&lines).await?,
        stored => stored?,
    };
    if wait {
        ctx.indexer.submit_and_wait(jobs, ctx.settings.indexing.wait).await;
    } else {
        ctx.indexer.submit_bulk(jobs).await;
    }
    Ok(Imported { outcomes })
}

/// How all lines of a batch are taken.
struct Batch<'c> {
    ctx: &'c Context,
    collection: Arc<Collection>,
    owner: UserId,
    publish: bool,
}

/// A line that has not been imported.
struct Fresh {
    place: usize,
    id: RecordId,
    /// What the line had become the last time.
    gone: Option<RecordId>,
}

impl Batch<'_> {
    /// Stores what is new and can be; answers what is to be indexed, too.
    async fn store(&self, lines: &[ImportLine]) -> Result<(Vec<ImportOutcome>, Vec<Job>)> {
        let Self { ctx, collection, .. } = self;
        let digests: Vec<_> = lines.iter().map(|line| self.digest(&line.json)).collect();
        let (mut outcomes, fresh, inputs) = self.sort(lines, &digests).await?;

        let checked = check_all(ctx, collection, inputs).await?;
        let mut changes = Vec::new();
        let mut stored = Vec::new();
        for (Fresh { place, id, gone }, (document, problems)) in fresh.into_iter().zip(checked) {
            let draft = first_draft(ctx, collection, self.owner, id, document, problems);
            let reasons = if self.publish {
                problems_of(&draft.document, &draft.problems)
            } else {
                Vec::new()
            };
            if !reasons.is_empty() {
                outcomes[place] = ImportOutcome::Refused(reasons);
                continue;
            }
            let line = digests[place].clone();
            changes.push(Change::Import { line, record: id, instead_of: gone });
            changes.extend(self.changes(draft));
            stored.push(id);
        }
        if stored.is_empty() {
            return Ok((outcomes, Vec::new()));
        }
        let jobs = store(ctx, collection, changes, &stored).await?;
        Ok((outcomes, jobs))
    }

    /// Tells new lines from known ones and from those that are no documents. New ones are taken for
    /// created until something speaks against it.
    async fn sort(
        &self,
        lines: &[ImportLine],
        digests: &[Digest],
    ) -> Result<(Vec<ImportOutcome>, Vec<Fresh>, Vec<(RecordId, Input)>)> {
        let earlier = self.ctx.database.imported(digests).await?;
        let ids: Vec<_> = earlier.iter().flatten().copied().collect();
        let stored = self.ctx.database.stored(&ids).await?;
        let there: HashSet<_> =
            stored.iter().filter(|stored| is_there(stored)).map(|stored| stored.id).collect();

        let mut outcomes = Vec::with_capacity(lines.len());
        let (mut fresh, mut inputs) = (Vec::new(), Vec::new());
        let mut met: HashMap<&Digest, RecordId> = HashMap::new();
        for (place, (line, digest)) in lines.iter().zip(digests).enumerate() {
            let known = earlier[place].filter(|id| there.contains(id));
            if let Some(id) = known.or_else(|| met.get(digest).copied()) {
                outcomes.push(ImportOutcome::Known(id));
                continue;
            }
            outcomes.push(match read(self.ctx, &line.json) {
                Ok(input) => {
                    let id = self.ctx.ids.record();
                    met.insert(digest, id);
                    inputs.push((id, input));
                    fresh.push(Fresh { place, id, gone: earlier[place] });
                    ImportOutcome::Created(id)
                }
                Err(problem) => ImportOutcome::Refused(vec![problem]),
            });
        }
        Ok((outcomes, fresh, inputs))
    }

    fn changes(&self, draft: Draft) -> [Change; 2] {
        let Self { ctx, publish, .. } = self;
        if *publish {
            let record = first_record(&ctx.settings, draft, ctx.clock.now());
            [
                Change::InsertParent(record.parent.clone()),
                Change::InsertRecord { record, by: ctx.caller.user() },
            ]
        } else {
            [Change::InsertParent(draft.parent.clone()), Change::InsertDraft(draft)]
        }
    }

    fn digest(&self, json: &[u8]) -> Digest {
        let mut hash = Sha256::new();
        // No name has a zero in it.
        hash.update(self.collection.name.as_str());
        hash.update([0]);
        hash.update(self.owner.0.to_le_bytes());
        hash.update(json.trim_ascii());
        Digest::from_sha256(hash.finalize().into())
    }
}

fn is_there(stored: &Stored) -> bool {
    stored.record.is_some() || stored.draft.is_some()
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
