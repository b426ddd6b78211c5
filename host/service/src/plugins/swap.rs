//! Filling an index beside the one in use, then letting searches move over.

use std::num::NonZeroU32;
use std::sync::Arc;

use repono_domain::{CollectionName, Digest};

use super::settle::settle;
use crate::collections::{ActiveSet, Collection, Shadow};
use crate::indexing::{Filled, Progress, fill};
use crate::ports::{Activation, Change, Fill, IndexName};
use crate::{Context, Error, Kind, Result};

/// A name that no index of this collection has or had.
pub(crate) async fn new_index(ctx: &Context, collection: &CollectionName) -> Result<IndexName> {
    let indices = ctx.search.indices().await?;
    Ok(after_all(collection, &indices))
}

fn after_all(collection: &CollectionName, indices: &[IndexName]) -> IndexName {
    let prefix = format!("{collection}-");
    let taken =
        indices.iter().filter_map(|index| index.0.strip_prefix(&prefix)?.parse::<u64>().ok());
    IndexName(format!("{prefix}{}", taken.max().unwrap_or(0) + 1))
}

/// The index that a collection is to be filled into: the one whose filling was cut off, if it was for
/// the same package, else a new one.
pub(crate) async fn next_index(ctx: &Context, collection: &Collection) -> Result<IndexName> {
    let indices = ctx.search.indices().await?;
    let activations = ctx.database.activations().await?;
    let digest = &collection.plugin.description().digest;
    let cut_off = ctx.database.fills().await?.into_iter().find(|fill| {
        fill.collection == collection.name
            && fill.plugin == *digest
            && indices.contains(&fill.index)
            && !activations.iter().any(|(_, activation)| names(activation, &fill.index))
    });
    let Some(Fill { index, done, total, .. }) = cut_off else {
        return Ok(after_all(&collection.name, &indices));
    };
    match ctx.search.create(&index, &collection.search.definition).await {
        Ok(()) => {
            tracing::info!(collection = %collection.name, index = %index, done, total, "the filling of {index} goes on where it was cut off");
            Ok(index)
        }
        // Another version of this program laid it out in another way.
        Err(error) if error.kind() == Kind::Conflict => Ok(after_all(&collection.name, &indices)),
        Err(error) => Err(error),
    }
}

/// The index that a collection made by another version of its plugin is to use: the one in use if
/// both would write the same documents into it; on the way back, the one that was in use before.
pub(super) async fn index_for(
    ctx: &Context,
    collection: &Collection,
    before: Option<&Activation>,
) -> Result<IndexName> {
    let active = ctx.active.load_full();
    if let Some(current) = active.collections.get(&collection.name)
        && interchangeable(current, collection)
    {
        return Ok(current.index.clone());
    }
    let digest = &collection.plugin.description().digest;
    let back = before.filter(|before| before.previous.as_ref() == Some(digest));
    let kept = back.into_iter().flat_map(|before| &before.previous_indices);
    match kept.into_iter().find(|(name, _)| *name == collection.name) {
        Some((_, index)) => Ok(index.clone()),
        None => next_index(ctx, collection).await,
    }
}

/// Removes indices that no activation names and no fill will go on with: of versions before the
/// last, or of fills that came to nothing. The caller holds the activation lock.
pub(super) async fn remove_unused_indices(ctx: &Context) -> Result<()> {
    let activations = ctx.database.activations().await?;
    let packages = ctx.database.packages().await?;
    let named = |index: &IndexName| activations.iter().any(|(_, of)| names(of, index));
    let installed = |digest: &Digest| packages.iter().any(|package| package.digest == *digest);
    let mut going_on = Vec::new();
    for fill in ctx.database.fills().await? {
        if named(&fill.index) || !installed(&fill.plugin) {
            ctx.database.forget_fill(&fill.collection).await?;
        } else {
            going_on.push(fill.index);
        }
    }
    for index in ctx.search.indices().await? {
        if !named(&index) && !going_on.contains(&index) {
            ctx.search.remove(&index).await?;
        }
    }
    Ok(())
}

fn names(activation: &Activation, index: &IndexName) -> bool {
    let Activation { indices, previous_indices, replaced_indices, .. } = activation;
    let mut all = indices.iter().chain(previous_indices).chain(replaced_indices);
    all.any(|(_, name)| name == index)
}

fn interchangeable(a: &Collection, b: &Collection) -> bool {
    a.search.definition == b.search.definition
        && a.search.transform_version == b.search.transform_version
        && a.transforms == b.transforms
        && a.version == b.version
}

/// An index that is being filled: while this lives, live writes go to it too.
///
/// It ends with what it was for, whichever way that ends: a caller that goes away included.
#[must_use]
pub(super) struct Filling<'a> {
    ctx: &'a Context,
    name: CollectionName,
}

impl Drop for Filling<'_> {
    fn drop(&mut self) {
        set_shadow(self.ctx, &self.name, None);
    }
}

/// Brings a new collection's index up to date while the collection in force, if there is one, serves
/// on; from the first moment on, live writes go to both. The index is verified when this answers.
pub(super) async fn fill_beside<'a>(
    ctx: &'a Context,
    collection: &Collection,
    rate: Option<NonZeroU32>,
    told: impl FnMut(Progress) + Send,
) -> Result<(Filling<'a>, Filled)> {
    ctx.search.create(&collection.index, &collection.search.definition).await?;
    let filled = Arc::new(copy(collection));
    let filling = Filling { ctx, name: collection.name.clone() };
    set_shadow(ctx, &collection.name, Some(Shadow { collection: Arc::clone(&filled) }));
    // What an activation names is not lost by a kill.
    let activations = ctx.database.activations().await?;
    let is_new = !activations.iter().any(|(_, of)| names(of, &collection.index));
    let outcome = fill(ctx, &filled, rate, is_new, told).await?;
    Ok((filling, outcome))
}

/// Fills `index`, verifies it and makes it the collection's. The one in use is kept, as many as the
/// operator wants. The caller holds the activation lock.
pub(crate) async fn put_index_in_use(
    ctx: &Context,
    current: &Arc<Collection>,
    index: IndexName,
    rate: Option<NonZeroU32>,
    told: impl FnMut(Progress) + Send,
) -> Result<Filled> {
    let mut next = copy(current);
    next.index = index;
    let (filling, filled) = fill_beside(ctx, &next, rate, told).await?;

    let plugin = &current.plugin.description().name;
    let active = ctx.active.load_full();
    let Some(entry) = active.plugins.get(plugin) else {
        return Err(Error::Conflict(format!(
            "The plugin {plugin} has been taken out of force meanwhile."
        )));
    };
    let kept = ctx.settings.indexing.kept_indices;
    let activation = replaced(&entry.activation, current, &next.index, kept);
    ctx.database
        .write(vec![Change::Activate {
            plugin: plugin.clone(),
            activation: Some(activation.clone()),
        }])
        .await?;
    let name = next.name.clone();
    let mut set = ActiveSet::clone(&active);
    if let Some(entry) = set.plugins.get_mut(plugin) {
        entry.activation = activation;
    }
    set.collections.insert(name.clone(), Arc::new(next));
    ctx.active.store(Arc::new(set));
    drop(filling);
    ctx.database.forget_fill(&name).await?;
    settle(ctx, std::slice::from_ref(&name)).await?;
    remove_unused_indices(ctx).await?;
    Ok(filled)
}

/// With `index` in the place of the collection's, and that one kept.
fn replaced(
    before: &Activation,
    current: &Collection,
    index: &IndexName,
    kept: usize,
) -> Activation {
    let mut activation = before.clone();
    activation.indices.retain(|(name, _)| *name != current.name);
    activation.indices.push((current.name.clone(), index.clone()));
    activation.replaced_indices.retain(|(name, _)| *name != current.name);
    let of_it = std::iter::once(&current.index).chain(before.replaced(&current.name));
    let of_it = of_it.filter(|replaced| *replaced != index).take(kept);
    activation
        .replaced_indices
        .extend(of_it.map(|replaced| (current.name.clone(), replaced.clone())));
    activation
}

fn set_shadow(ctx: &Context, name: &CollectionName, shadow: Option<Shadow>) {
    let mut set = ActiveSet::clone(&ctx.active.load());
    if let Some(current) = set.collections.get(name)
        && (current.shadow.is_some() || shadow.is_some())
    {
        let mut changed = copy(current);
        changed.shadow = shadow;
        set.collections.insert(name.clone(), Arc::new(changed));
        ctx.active.store(Arc::new(set));
    }
}

fn copy(collection: &Collection) -> Collection {
    Collection {
        name: collection.name.clone(),
        plugin: Arc::clone(&collection.plugin),
        version: collection.version,
        migrates_from: collection.migrates_from.clone(),
        checks: collection.checks,
        transforms: collection.transforms,
        schema: collection.schema.clone(),
        search: collection.search.clone(),
        index: collection.index.clone(),
        shadow: None,
    }
}
