//! Saving a draft.

use repono_domain::{CollectionName, Doi, Draft, RecordId};
use serde_json::Value;

use super::read_draft::find_to_change;
use super::{Input, Refresh, Rendered, check, render, write};
use crate::ports::Change;
use crate::{Context, Result, dois};

/// Replaces the draft by what was sent, valid or not, and tells every problem.
#[tracing::instrument(name = "records.save_draft", skip_all, fields(record.id = %id))]
pub async fn save_draft(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    input: Input,
    expected: Option<u64>,
    refresh: Option<Refresh>,
) -> Result<Rendered> {
    let collection = ctx.active.load().collection(collection)?;
    let stored = find_to_change(ctx, &collection, id, expected).await?;
    let (mut document, problems) = check(ctx, &collection, id, input).await?;
    // What this repository has minted stays; it is not the depositor's to change.
    keep_minted(&stored, &mut document.pids);

    let (expected, reserved) = (stored.revision, stored.document.pids.clone());
    let draft = Draft {
        revision: expected + 1,
        updated: ctx.clock.now(),
        document,
        problems,
        schema: collection.stamp(),
        ..stored
    };
    let mut changes = vec![Change::ReplaceDraft { draft: draft.clone(), expected }];
    if Doi::own(id, &draft.document.pids).is_none() {
        changes.extend(dois::follow_draft(ctx, &draft, &reserved)?);
    }
    write::write(ctx, &collection, changes, &[id], refresh.unwrap_or_default()).await?;

    Ok(render::draft(&ctx.services, &collection, &draft, &draft.problems))
}

/// A published record keeps its identifiers, a draft the DOI that was reserved for it unless the depositor
/// brings another.
fn keep_minted(stored: &Draft, pids: &mut serde_json::Map<String, Value>) {
    pids.remove("oai");
    let text = |pid: &Value, name| pid.get(name).and_then(Value::as_str).map(str::to_owned);
    let is_external = |pid: &Value| text(pid, "provider").as_deref() == Some("external");
    let reserved = Doi::own(stored.id, &stored.document.pids).is_some();
    for (scheme, pid) in &stored.document.pids {
        let is_brought = pids.get(scheme).is_some_and(|brought| {
            is_external(brought) && text(brought, "identifier").is_some_and(|doi| !doi.is_empty())
        });
        let is_kept = stored.published || (scheme == "doi" && reserved && !is_brought);
        if is_kept && !is_external(pid) {
            pids.insert(scheme.clone(), pid.clone());
        }
    }
}
