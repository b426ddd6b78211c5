//! A new draft.

use repono_domain::{Caller, CollectionName, Document, Draft, Parent, Problem, RecordId, UserId};
use serde_json::Map;

use super::{Input, Refresh, Rendered, check, render, write};
use crate::collections::Collection;
use crate::ports::Change;
use crate::{Context, Error, Result};

/// Stores what was sent as a new draft, valid or not, and tells every problem.
///
/// The plugin is asked before anything is written.
#[tracing::instrument(name = "records.create", skip_all, fields(collection = %collection))]
pub async fn create(
    ctx: &Context,
    collection: &CollectionName,
    input: Input,
    refresh: Option<Refresh>,
) -> Result<Rendered> {
    let collection = ctx.active.load().collection(collection)?;
    let owner = depositor(ctx)?;
    let id = ctx.ids.record();
    let (mut document, problems) = check(ctx, &collection, id, input).await?;
    document.pids.remove("oai");

    let draft = first_draft(ctx, &collection, owner, id, document, problems);
    write::write(
        ctx,
        &collection,
        vec![Change::InsertParent(draft.parent.clone()), Change::InsertDraft(draft.clone())],
        &[id],
        refresh.unwrap_or_default(),
    )
    .await?;

    Ok(render::draft(&ctx.services, &collection, &draft, &draft.problems))
}

/// The first draft of a new work.
pub(super) fn first_draft(
    ctx: &Context,
    collection: &Collection,
    owner: UserId,
    id: RecordId,
    document: Document,
    problems: Vec<Problem>,
) -> Draft {
    let now = ctx.clock.now();
    let parent = Parent {
        id: ctx.ids.record(),
        collection: collection.name.clone(),
        owner,
        revision: 1,
        latest: None,
        highest: 1,
        pids: Map::new(),
    };
    Draft {
        id,
        parent,
        version_index: 1,
        revision: 1,
        created: now,
        updated: now,
        published: false,
        document,
        problems,
        schema: collection.stamp(),
    }
}

/// Who will own what the caller deposits.
pub(super) fn depositor(ctx: &Context) -> Result<UserId> {
    match &ctx.caller {
        Caller::User { id, writes: true, .. } => Ok(*id),
        // What the repository deposits by itself belongs to the first user, its operator.
        Caller::System => Ok(UserId(1)),
        Caller::User { .. } | Caller::Anonymous => Err(Error::Forbidden),
    }
}
