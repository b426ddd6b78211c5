//! Building a collection's index anew while it is searched.

use repono_domain::CollectionName;

use super::Drift;
use crate::nodes::alone;
use crate::plugins::{next_index, swap_index};
use crate::{Context, Error, Result};

/// How far a rebuild is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records seen.
    pub done: u64,
    /// Records there are.
    pub total: u64,
}

/// Fills a new index beside the one in use, then lets searches move over. Live writes go to both.
/// The old index is removed. For administrators.
#[tracing::instrument(name = "indexing.rebuild", skip_all, fields(collection = %collection))]
pub async fn rebuild(
    ctx: &Context,
    collection: &CollectionName,
    told: impl FnMut(Progress) + Send,
) -> Result<Drift> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let _alone = alone(ctx).await?;
    let current = ctx.active.load().collection(collection)?;
    let index = next_index(ctx, collection).await?;
    let drift = swap_index(ctx, &current, index, told).await?;
    ctx.search.remove(&current.index).await?;
    Ok(drift)
}
