//! Saving a draft.

use repono_domain::{CollectionName, Draft, RecordId};
use serde_json::Value;

use super::read_draft::find_to_change;
use super::{Input, Refresh, Rendered, check, render, write};
use crate::ports::Change;
use crate::{Context, Result};

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

    let draft = Draft {
        revision: stored.revision + 1,
        updated: ctx.clock.now(),
        document,
        problems,
        schema: collection.stamp(),
        ..stored
    };
    let change = Change::ReplaceDraft { draft: draft.clone(), expected: stored.revision };
    write::write(ctx, &collection, vec![change], &[id], refresh.unwrap_or_default()).await?;

    Ok(render::draft(&ctx.services, &collection, &draft, &draft.problems))
}

fn keep_minted(stored: &Draft, pids: &mut serde_json::Map<String, Value>) {
    pids.remove("oai");
    for (scheme, pid) in &stored.document.pids {
        let external = pid.get("provider").and_then(Value::as_str) == Some("external");
        if stored.published && !external {
            pids.insert(scheme.clone(), pid.clone());
        }
    }
}
