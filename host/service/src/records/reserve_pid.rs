//! Giving a draft its DOI before it is published.

use repono_domain::{CollectionName, Draft, Problem, RecordId};
use serde_json::Value;

use super::publish::doi;
use super::read_draft::find_to_change;
use super::{Refresh, Rendered, render, write};
use crate::ports::Change;
use crate::{Context, Error, Result, dois};

/// Gives a draft the DOI that it would get when it is published, so that it can be cited before.
///
/// # Errors
/// `InvalidDocument` if the draft has a DOI; `Invalid` for another scheme, or if no DOIs are given here.
#[tracing::instrument(name = "records.reserve_pid", skip_all, fields(record.id = %id))]
pub async fn reserve_pid(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    scheme: &str,
) -> Result<Rendered> {
    let collection = ctx.active.load().collection(collection)?;
    let stored = find_to_change(ctx, &collection, id, None).await?;
    only_dois(scheme)?;
    let Some(prefix) = &ctx.settings.doi_prefix else {
        return Err(Error::Invalid("This repository gives no DOIs.".to_owned()));
    };
    let there = stored.document.pids.get(scheme).and_then(|doi| doi.get("identifier"));
    if there.and_then(Value::as_str).is_some_and(|doi| !doi.is_empty()) {
        let message = "A PID already exists for type doi";
        return Err(Error::InvalidDocument(vec![Problem::error("/pids/doi", "exists", message)]));
    }

    let expected = stored.revision;
    let mut draft = Draft { revision: expected + 1, updated: ctx.clock.now(), ..stored };
    draft.document.pids.insert(scheme.to_owned(), doi(prefix, id));
    let mut changes = vec![Change::ReplaceDraft { draft: draft.clone(), expected }];
    changes.extend(dois::follow_draft(ctx, &draft, &draft.document.pids)?);
    write::write(ctx, &collection, changes, &[id], Refresh::Soon).await?;

    Ok(render::draft(&ctx.services, &collection, &draft, &[]))
}

pub(super) fn only_dois(scheme: &str) -> Result<()> {
    if scheme == "doi" {
        return Ok(());
    }
    Err(Error::Invalid("This repository reserves identifiers of the scheme doi alone.".to_owned()))
}
