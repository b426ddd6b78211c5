//! What is in force when the repository starts.

use std::sync::Arc;

use bytes::Bytes;
use repono_domain::PluginName;
use sha2::{Digest as _, Sha256};

use super::activate::{find, load, put_in_force};
use super::assemble::{collections, with_plugin};
use super::install;
use super::swap::remove_unused_indices;
use crate::indexing::reconcile;
use crate::ports::{Activation, Grants, IndexName};
use crate::{Context, Result, vocabularies};

/// A plugin that comes with the program.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// Its name, for the log.
    pub name: String,
    /// The component.
    pub bytes: Bytes,
    /// What it is granted.
    pub grants: Grants,
}

/// Loads what was in force, installs and activates what is shipped and was never here, and mends
/// indices that may have lost writes.
///
/// A plugin that cannot be loaded is reported and left out: one bad plugin never stops the others.
pub async fn start(ctx: &Context, shipped: Vec<Shipped>) -> Result<()> {
    refresh(ctx).await?;
    let known = ctx.database.packages().await?;
    for plugin in shipped {
        let digest = repono_domain::Digest::from_sha256(Sha256::digest(&plugin.bytes).into());
        if known.iter().any(|package| package.digest == digest) {
            continue;
        }
        if let Err(error) = bring(ctx, plugin.bytes, plugin.grants).await {
            tracing::error!(plugin.name = plugin.name, error = %error, "the shipped plugin {} cannot be activated", plugin.name);
        }
    }
    {
        let _one_at_a_time = ctx.activation.lock().await;
        remove_unused_indices(ctx).await?;
    }
    let collections: Vec<_> = ctx.active.load().collections.values().cloned().collect();
    for collection in collections {
        if ctx.search.unclean(&collection.index).await? {
            let drift = reconcile(ctx, &collection, |_| {}).await?;
            ctx.search.repaired(&collection.index).await?;
            tracing::info!(collection = %collection.name, compared = drift.compared, mended = drift.mended, "compared the index with the database");
        }
    }
    Ok(())
}

async fn bring(ctx: &Context, bytes: Bytes, grants: Grants) -> Result<()> {
    let installed = install(ctx, bytes, grants).await?;
    let package = find(ctx, &installed.name, Some(&installed.digest)).await?;
    let _one_at_a_time = ctx.activation.lock().await;
    let plugin = load(ctx, package).await?;
    put_in_force(ctx, plugin, |_| {}).await
}

/// Brings this process's set in line with the database: at the start, and when another process has
/// activated something.
pub async fn refresh(ctx: &Context) -> Result<()> {
    let _one_at_a_time = ctx.activation.lock().await;
    vocabularies::load(ctx).await?;
    for (name, activation) in ctx.database.activations().await? {
        let current = ctx.active.load().plugins.get(&name).map(|active| active.activation.clone());
        if current.as_ref() == Some(&activation) {
            continue;
        }
        if let Err(error) = load_activation(ctx, &name, activation).await {
            tracing::error!(plugin.name = %name, error = %error, "plugin {name} cannot be loaded; its collections are not served");
        }
    }
    Ok(())
}

async fn load_activation(ctx: &Context, name: &PluginName, activation: Activation) -> Result<()> {
    let package = find(ctx, name, Some(&activation.digest)).await?;
    let plugin = load(ctx, package).await?;
    let index_of = |name: &repono_domain::CollectionName| {
        let known = activation.indices.iter().find(|(collection, _)| collection == name);
        known.map_or_else(|| IndexName(format!("{name}-1")), |(_, index)| index.clone())
    };
    let made = collections(ctx, &plugin, index_of)
        .map_err(|refusal| crate::Error::Invalid(refusal.to_string()))?;
    for collection in &made {
        ctx.search.create(&collection.index, &collection.search.definition).await?;
    }
    ctx.active.store(Arc::new(with_plugin(&ctx.active.load(), &plugin, activation, made)));
    Ok(())
}
