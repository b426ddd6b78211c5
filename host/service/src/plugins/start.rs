//! What is in force when the repository starts.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use repono_domain::PluginName;
use sha2::{Digest as _, Sha256};

use super::activate::{find, load, put_in_force};
use super::assemble::{collections, with_plugin, without_plugin};
use super::install::examine;
use super::swap::remove_unused_indices;
use crate::indexing::repair;
use crate::nodes::{self, Alone, Standing, alone};
use crate::ports::{Activation, Grants, IndexName};
use crate::{Context, Error, Kind, Result, vocabularies};

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

/// How often a node that starts asks whether another is done changing what is in force, and tries
/// again what a service that did not answer kept from it.
const TURN: Duration = Duration::from_secs(1);
/// How often it does at the most.
const TURNS: u32 = 120;

/// Loads what was in force, installs and activates what is shipped and was never here, and mends
/// indices that may have lost writes.
///
/// A plugin that cannot be loaded is reported and left out: one bad plugin never stops the others.
/// [`Kind::Unavailable`]: what is needed to activate what is shipped did not answer for
/// minutes; a start without it would leave collections out until the next.
pub async fn start(ctx: &Context, shipped: Vec<Shipped>) -> Result<()> {
    let shipped = new_ones(ctx, shipped).await?;
    let alone = turn(ctx, !shipped.is_empty()).await?;
    nodes::live(ctx).await?;
    let generation = ctx.database.generation().await?;
    let problems = load_all(ctx).await?;
    // Another node may have brought some meanwhile.
    for plugin in new_ones(ctx, shipped).await? {
        match bring(ctx, &plugin).await {
            Err(error) if error.kind() == Kind::Unavailable => return Err(error),
            Err(error) => {
                tracing::error!(plugin.name = plugin.name, error = %error, "the shipped plugin {} cannot be activated", plugin.name);
            }
            Ok(()) => {}
        }
    }
    if alone.is_some() {
        remove_unused_indices(ctx).await?;
    }
    drop(alone);
    let problem = (!problems.is_empty()).then(|| problems.join(" "));
    ctx.standing.store(Arc::new(Standing { generation, problem }));

    let collections: Vec<_> = ctx.active.load().collections.values().cloned().collect();
    for collection in collections {
        if ctx.search.unclean(&collection.index).await? {
            let drift = repair(ctx, &collection).await?;
            tracing::info!(collection = %collection.name, compared = drift.compared, mended = drift.mended, "compared the index with the database");
        }
    }
    Ok(())
}

/// Those that were never here.
async fn new_ones(ctx: &Context, shipped: Vec<Shipped>) -> Result<Vec<Shipped>> {
    let known = ctx.database.packages().await?;
    let is_new = |plugin: &Shipped| {
        let digest = repono_domain::Digest::from_sha256(Sha256::digest(&plugin.bytes).into());
        known.iter().all(|package| package.digest != digest)
    };
    Ok(shipped.into_iter().filter(is_new).collect())
}

/// Waits for other nodes that change what is in force: those that start at the same time, mostly.
/// Who has nothing to change does not wait, as building an index takes long: it follows them.
async fn turn(ctx: &Context, has_something_to_change: bool) -> Result<Option<Alone>> {
    for _ in 0..TURNS {
        match alone(ctx).await {
            Err(Error::Conflict(_)) if has_something_to_change => tokio::time::sleep(TURN).await,
            Err(Error::Conflict(_)) => return Ok(None),
            otherwise => return otherwise.map(Some),
        }
    }
    alone(ctx).await.map(Some)
}

/// Installs and activates at once, so that a start that is cut off leaves it to the next; again while
/// a service does not answer. The caller is [`alone`].
async fn bring(ctx: &Context, plugin: &Shipped) -> Result<()> {
    for _ in 0..TURNS {
        match bring_once(ctx, plugin).await {
            Err(error) if error.kind() == Kind::Unavailable => {
                tracing::warn!(plugin.name = plugin.name, error = %error, "the shipped plugin {} is not activated yet; trying again", plugin.name);
                tokio::time::sleep(TURN).await;
            }
            otherwise => return otherwise,
        }
    }
    bring_once(ctx, plugin).await
}

async fn bring_once(ctx: &Context, plugin: &Shipped) -> Result<()> {
    let (package, plugin, _) = examine(ctx, plugin.bytes.clone(), plugin.grants.clone()).await?;
    put_in_force(ctx, plugin, Some(package), |_| {}).await
}

/// Brings this process's set in line with the database. Answers a sentence for each plugin that
/// cannot be loaded: what was in force of it here stays so. The caller holds the activation lock.
pub(crate) async fn load_all(ctx: &Context) -> Result<Vec<String>> {
    vocabularies::load(ctx).await?;
    let activations = ctx.database.activations().await?;
    let active = ctx.active.load_full();
    for name in active.plugins.keys() {
        if activations.iter().all(|(still, _)| still != name) {
            ctx.active.store(Arc::new(without_plugin(&ctx.active.load(), name)));
        }
    }
    let mut problems = Vec::new();
    for (name, activation) in activations {
        if active.plugins.get(&name).is_some_and(|here| here.activation == activation) {
            continue;
        }
        if let Err(error) = load_activation(ctx, &name, activation).await {
            tracing::error!(plugin.name = %name, error = %error, "plugin {name} cannot be loaded; what was in force of it here stays so");
            problems.push(format!("The plugin {name} cannot be loaded: {error}"));
        }
    }
    Ok(problems)
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
