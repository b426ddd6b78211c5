//! Putting a plugin in force.

use std::sync::Arc;

use repono_domain::{CollectionName, Digest, PluginName};

use super::assemble::with_plugin;
use super::install::served_by;
use super::migrate::migrate;
use super::settle::settle;
use super::swap::{fill_beside, index_for, remove_unused_indices};
use crate::collections::Collection;
use crate::indexing::Progress;
use crate::nodes::alone;
use crate::ports::{Activation, Change, Package, Plugin};
use crate::{Context, Error, Result, vocabularies};

/// What an activation is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Fills the index of this collection.
    Indexing(CollectionName, Progress),
    /// Brings the records of this collection to the new schema version.
    Migrating(CollectionName, Progress),
    /// Done.
    Done,
}

/// Puts an installed package in force, in place of the plugin's version in force if there is one.
/// For administrators.
///
/// Nothing stops meanwhile: the old version serves until the new one's indices have caught up; one
/// change in the database and one swap in memory make the new one current; then stored records are
/// migrated, each as a revision of its own.
///
/// Without a `digest`, the newest package of that name.
#[tracing::instrument(name = "plugins.activate", skip_all, fields(plugin.name = %name))]
pub async fn activate(
    ctx: &Context,
    name: &PluginName,
    digest: Option<&Digest>,
    told: impl FnMut(Step) + Send,
) -> Result<()> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let package = find(ctx, name, digest).await?;
    let _alone = alone(ctx).await?;
    let plugin = load(ctx, package).await?;
    put_in_force(ctx, plugin, None, told).await
}

/// The package that is meant, whole.
pub(super) async fn find(
    ctx: &Context,
    name: &PluginName,
    digest: Option<&Digest>,
) -> Result<Package> {
    let packages = ctx.database.packages().await?;
    let wanted = |package: &&Package| {
        package.name == *name
            && digest.is_none_or(|digest| package.digest.as_str().starts_with(digest.as_str()))
    };
    let digest = packages.iter().find(wanted).map(|package| package.digest.clone());
    let digest = digest.ok_or_else(|| {
        Error::NotFound(format!("There is no such package of the plugin {name}; install it first."))
    })?;
    let package = ctx.database.package(&digest).await?;
    package.ok_or_else(|| {
        Error::NotFound(format!(
            "The package {} of the plugin {name} has been removed.",
            digest.short()
        ))
    })
}

pub(super) async fn load(ctx: &Context, package: Package) -> Result<Arc<dyn Plugin>> {
    let loaded = ctx.runtime.load(package.bytes, &package.grants).await;
    loaded.map_err(|refusal| Error::Invalid(refusal.to_string()))
}

/// The heart of activation and rollback. The caller holds the activation lock. A package that is not
/// installed yet is, at the moment in which it comes into force.
pub(super) async fn put_in_force(
    ctx: &Context,
    plugin: Arc<dyn Plugin>,
    package: Option<Package>,
    mut told: impl FnMut(Step) + Send,
) -> Result<()> {
    let description = plugin.description();
    let name = description.name.clone();
    let before = ctx.active.load().plugins.get(&name).map(|active| active.activation.clone());
    if before.as_ref().is_some_and(|before| before.digest == description.digest) {
        told(Step::Done);
        return Ok(());
    }
    bring_vocabularies(ctx, &plugin).await?;

    let mut made = served_by(ctx, &plugin)?;
    let mut fillings = Vec::with_capacity(made.len());
    for collection in &mut made {
        collection.index = index_for(ctx, collection, before.as_ref()).await?;
        let rate = ctx.settings.indexing.rate;
        let (filling, _) = fill_beside(ctx, collection, rate, |progress| {
            told(Step::Indexing(collection.name.clone(), progress));
        })
        .await?;
        fillings.push(filling);
    }

    // What a rebuild has replaced can be gone back to as long as what took its place is in use.
    let in_use = |name: &CollectionName| made.iter().find(|collection| collection.name == *name);
    let replaced = before.iter().flat_map(|before| {
        let indices = before.indices.iter().filter(|(name, index)| {
            in_use(name).is_some_and(|collection| collection.index == *index)
        });
        indices.flat_map(|(name, _)| {
            before.replaced(name).map(|replaced| (name.clone(), replaced.clone()))
        })
    });
    let replaced_indices = replaced.collect();
    let (previous, previous_indices) = before.map(|before| (before.digest, before.indices)).unzip();
    let activation = Activation {
        digest: description.digest.clone(),
        previous,
        previous_indices: previous_indices.unwrap_or_default(),
        indices: made
            .iter()
            .map(|collection| (collection.name.clone(), collection.index.clone()))
            .collect(),
        replaced_indices,
        since: ctx.clock.now(),
    };
    let names: Vec<CollectionName> =
        made.iter().map(|collection| collection.name.clone()).collect();
    let activate = Change::Activate { plugin: name.clone(), activation: Some(activation.clone()) };
    let changes = package.map(Change::InsertPackage).into_iter().chain([activate]).collect();
    ctx.database.write(changes).await?;
    ctx.active.store(Arc::new(with_plugin(&ctx.active.load(), &plugin, activation, made)));
    drop(fillings);
    tracing::info!(plugin.name = %name, plugin.version = description.version, "plugin {name} {} is in force", description.version);

    for name in &names {
        let collection: Arc<Collection> = ctx.active.load().collection(name)?;
        migrate(ctx, &collection, |progress| told(Step::Migrating(name.clone(), progress))).await?;
        ctx.database.release_quarantined(name, None).await?;
        ctx.database.forget_fill(name).await?;
    }
    settle(ctx, &names).await?;
    remove_unused_indices(ctx).await?;
    told(Step::Done);
    Ok(())
}

/// Stores the terms that a plugin brings, and takes them into memory.
async fn bring_vocabularies(ctx: &Context, plugin: &Arc<dyn Plugin>) -> Result<()> {
    const PAGE: u32 = 1000;
    let description = plugin.description();
    if description.vocabularies.is_empty() {
        return Ok(());
    }
    let mut changes = Vec::new();
    for vocabulary in &description.vocabularies {
        let mut terms = Vec::new();
        while let Ok(offset) = u32::try_from(terms.len())
            && offset < vocabulary.entries
        {
            let page = plugin.terms(&vocabulary.name, offset, PAGE).await;
            let page = page.map_err(|failure| super::failed(plugin, "entries", failure))?;
            if page.is_empty() {
                break;
            }
            for json in page {
                terms.push((term_id(plugin, &vocabulary.name, &json)?, json));
            }
        }
        changes.push(Change::ReplaceVocabulary {
            vocabulary: vocabulary.name.clone(),
            plugin: description.name.clone(),
            terms,
        });
    }
    ctx.database.write(changes).await?;
    vocabularies::load(ctx).await
}

fn term_id(plugin: &Arc<dyn Plugin>, vocabulary: &str, json: &str) -> Result<String> {
    #[derive(serde::Deserialize)]
    struct Term {
        id: String,
    }
    let term: Result<Term, _> = serde_json::from_str(json);
    let name = &plugin.description().name;
    term.map(|term| term.id).map_err(|error| Error::Plugin {
        plugin: name.clone(),
        message: format!("its vocabulary {vocabulary} has a term without an id: {error}"),
    })
}
