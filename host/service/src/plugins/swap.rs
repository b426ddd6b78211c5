//! Filling an index beside the one in use, then letting searches move over.

use std::sync::Arc;

use repono_domain::CollectionName;

use crate::collections::{ActiveSet, Collection, Shadow};
use crate::indexing::{Drift, Progress, reconcile};
use crate::ports::{Activation, Change, Filter, IndexName};
use crate::{Context, Error, Result};

/// A name that no index of this collection has or had.
pub(crate) async fn next_index(ctx: &Context, collection: &CollectionName) -> Result<IndexName> {
    let prefix = format!("{collection}-");
    let taken = ctx
        .search
        .indices()
        .await?
        .into_iter()
        .filter_map(|index| index.0.strip_prefix(&prefix)?.parse::<u64>().ok());
    let highest = taken.max().unwrap_or(0);
    Ok(IndexName(format!("{prefix}{}", highest + 1)))
}

/// The index that a collection made by another version of its plugin is to use: the one in use if
/// both would write the same documents into it; on the way back, the one that was in use before.
pub(super) async fn index_for(
    ctx: &Context,
    collection: &Collection,
    before: Option<&Activation>,
) -> Result<IndexName> {
    let active = ctx.active.load();
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
        None => next_index(ctx, &collection.name).await,
    }
}

/// Removes indices that no activation names: of versions before the last, or half filled when the
/// process ended. The caller holds the activation lock.
pub(super) async fn remove_unused_indices(ctx: &Context) -> Result<()> {
    let activations = ctx.database.activations().await?;
    let named = |index: &IndexName| {
        let of = |activation: &Activation| {
            activation
                .indices
                .iter()
                .chain(&activation.previous_indices)
                .any(|(_, name)| name == index)
        };
        activations.iter().any(|(_, activation)| of(activation))
    };
    for index in ctx.search.indices().await? {
        if !named(&index) {
            ctx.search.remove(&index).await?;
        }
    }
    Ok(())
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
/// on; from the first moment on, live writes go to both.
pub(super) async fn fill_beside<'a>(
    ctx: &'a Context,
    collection: &Collection,
    told: impl FnMut(Progress),
) -> Result<(Filling<'a>, Drift)> {
    let filled = Arc::new(copy(collection));
    let filling = Filling { ctx, name: collection.name.clone() };
    set_shadow(ctx, &collection.name, Some(Shadow { collection: Arc::clone(&filled) }));
    let drift = fill(ctx, &filled, told).await?;
    Ok((filling, drift))
}

/// Fills `index` and makes it the collection's. The caller holds the activation lock.
pub(crate) async fn swap_index(
    ctx: &Context,
    current: &Arc<Collection>,
    index: IndexName,
    told: impl FnMut(Progress) + Send,
) -> Result<Drift> {
    let mut next = copy(current);
    next.index = index;
    ctx.search.create(&next.index, &next.search.definition).await?;
    let (_filling, drift) = fill_beside(ctx, &next, told).await?;

    let plugin = &current.plugin.description().name;
    let active = ctx.active.load();
    let Some(entry) = active.plugins.get(plugin) else {
        return Err(Error::Conflict(format!(
            "The plugin {plugin} has been taken out of force meanwhile."
        )));
    };
    let mut activation = entry.activation.clone();
    activation.indices.retain(|(name, _)| *name != current.name);
    activation.indices.push((current.name.clone(), next.index.clone()));
    ctx.database
        .write(vec![Change::Activate {
            plugin: plugin.clone(),
            activation: Some(activation.clone()),
        }])
        .await?;
    let mut set = ActiveSet::clone(&active);
    if let Some(entry) = set.plugins.get_mut(plugin) {
        entry.activation = activation;
    }
    set.collections.insert(next.name.clone(), Arc::new(next));
    ctx.active.store(Arc::new(set));
    Ok(drift)
}

async fn fill(
    ctx: &Context,
    collection: &Arc<Collection>,
    mut told: impl FnMut(Progress),
) -> Result<Drift> {
    let total = ctx.database.count(&collection.name, Filter::All).await?;
    let drift =
        reconcile(ctx, collection, |drift| told(Progress { done: drift.compared, total })).await?;
    for (record, reason) in &drift.refused {
        tracing::warn!(record.id = %record, collection = %collection.name, reason, "record {record} cannot be indexed by this version of the plugin");
    }
    Ok(drift)
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
