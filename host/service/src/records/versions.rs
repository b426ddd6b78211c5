//! Listing a work's versions.

use repono_domain::{CollectionName, RecordId};

use super::read;
use super::render::hits;
use super::search::SearchResults;
use crate::{Context, Error, Result};

/// The published versions of the work that this version belongs to, newest first, read from the
/// database: a list that is a moment old would hide what its owner has just published.
#[tracing::instrument(name = "records.versions", skip_all, fields(record.id = %id))]
pub async fn versions(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    page: u64,
    size: u64,
) -> Result<SearchResults> {
    let collection = ctx.active.load().collection(collection)?;
    let parent = match ctx.database.draft(&collection.name, id).await? {
        Some(draft) if ctx.caller.sees_all_of(draft.parent.owner) => draft.parent,
        _ => read::find(ctx, &collection, id).await?.parent,
    };
    let ids: Vec<RecordId> =
        ctx.database.versions(parent.id).await?.into_iter().map(|(_, id)| id).collect();
    let stored = ctx.database.stored(&ids).await?;
    let visible = |record: &repono_domain::Record| {
        record.tombstone.is_none() && record.is_readable_by(&ctx.caller)
    };
    let records: Vec<_> =
        stored.into_iter().filter_map(|stored| stored.record).filter(visible).collect();
    let total = u64::try_from(records.len()).unwrap_or(u64::MAX);
    let skip = usize::try_from(page.saturating_sub(1).saturating_mul(size))
        .map_err(|_| Error::Invalid("Invalid querystring parameters.".to_owned()))?;
    let shown: Vec<_> =
        records.into_iter().skip(skip).take(usize::try_from(size).unwrap_or(usize::MAX)).collect();
    Ok(SearchResults {
        hits: hits(&ctx.services, &collection, &shown, ctx),
        total,
        facets: Vec::new(),
        sort: "version".to_owned(),
        next: None,
        fallback: None,
    })
}
