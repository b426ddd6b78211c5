//! Building a collection's index anew while it is searched, and going back.

use std::num::NonZeroU32;

use repono_domain::CollectionName;

use super::fill::Filled;
use super::progress::Progress;
use crate::nodes::alone;
use crate::plugins::{new_index, next_index, put_index_in_use};
use crate::{Context, Error, Result};

/// How an index is to be built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuild {
    /// Documents a second at the most; none: as the operator set it.
    pub rate: Option<NonZeroU32>,
    /// Begins from nothing, even if a rebuild was cut off and could go on.
    pub restart: bool,
}

/// Fills a new index beside the one in use, verifies it, and lets searches move over. Live writes go
/// to both. One that was cut off goes on where it was. The index that was in use is kept for
/// [`rollback`], as many as the operator wants. For administrators.
///
/// # Errors
/// `Conflict` if the new index does not hold what the database does: then nothing has changed.
#[tracing::instrument(name = "indexing.rebuild", skip_all, fields(collection = %collection))]
pub async fn rebuild(
    ctx: &Context,
    collection: &CollectionName,
    how: Rebuild,
    told: impl FnMut(Progress) + Send,
) -> Result<Filled> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let _alone = alone(ctx).await?;
    let current = ctx.active.load().collection(collection)?;
    let index = if how.restart {
        new_index(ctx, collection).await?
    } else {
        next_index(ctx, &current).await?
    };
    let rate = how.rate.or(ctx.settings.indexing.rate);
    put_index_in_use(ctx, &current, index, rate, told).await
}

/// Lets searches move back to the index that the last rebuild replaced, once that is in line with
/// the database again. The one in use takes its place. For administrators.
#[tracing::instrument(name = "indexing.rollback", skip_all, fields(collection = %collection))]
pub async fn rollback(
    ctx: &Context,
    collection: &CollectionName,
    told: impl FnMut(Progress) + Send,
) -> Result<Filled> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let _alone = alone(ctx).await?;
    let active = ctx.active.load_full();
    let current = active.collection(collection)?;
    let kept = active
        .plugins
        .get(&current.plugin.description().name)
        .and_then(|plugin| plugin.activation.replaced(collection).next().cloned());
    let index = kept.ok_or_else(|| {
        Error::Conflict(format!(
            "No index of {collection} from before a rebuild is kept: it is made anew by a rebuild."
        ))
    })?;
    put_index_in_use(ctx, &current, index, ctx.settings.indexing.rate, told).await
}
