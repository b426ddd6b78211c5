//! Making collections of what plugins describe.

use std::sync::Arc;

use repono_domain::CollectionName;

use crate::collections::{ActiveSet, Collection, Schema, SearchSpec};
use crate::ports::{Activation, CollectionDescription, IndexName, Plugin, Refusal};
use crate::{Context, Services};

/// The collections that a plugin makes, ready for use, with the index of each given by `index_of`.
///
/// # Errors
/// A sentence for whoever brought the plugin: everything that would make a collection fail later.
pub(super) fn collections(
    services: &Services,
    plugin: &Arc<dyn Plugin>,
    index_of: impl Fn(&CollectionName) -> IndexName,
) -> Result<Vec<Collection>, Refusal> {
    let description = plugin.description();
    description
        .collections
        .iter()
        .map(|described| collection(services, plugin, described, &index_of))
        .collect()
}

fn collection(
    services: &Services,
    plugin: &Arc<dyn Plugin>,
    described: &CollectionDescription,
    index_of: &impl Fn(&CollectionName) -> IndexName,
) -> Result<Collection, Refusal> {
    let refuse = |why: String| {
        Refusal(format!(
            "The plugin {} cannot make the collection {}: {why}.",
            plugin.description().name,
            described.name
        ))
    };
    let name: CollectionName = described
        .name
        .parse()
        .map_err(|error: repono_domain::InvalidName| refuse(error.to_string()))?;
    if services.settings.reserved_names.iter().any(|reserved| reserved == name.as_str()) {
        return Err(refuse("the API has a path of this name".to_owned()));
    }
    let schema = Schema::compile(&described.json_schema).map_err(refuse)?;
    let transform =
        plugin.description().indexes.iter().find(|index| index.collection == described.name);
    let search =
        SearchSpec::read(&described.search, transform.map(|index| (&index.mapping, index.version)))
            .map_err(refuse)?;
    Ok(Collection {
        index: index_of(&name),
        name,
        plugin: Arc::clone(plugin),
        version: described.version,
        migrates_from: described.migrates_from.clone(),
        checks: described.checks,
        transforms: transform.is_some(),
        schema,
        search,
        shadow: None,
    })
}

/// Vocabularies that a schema names and that nobody brings.
pub(super) fn missing_vocabularies(
    ctx: &Context,
    plugin: &Arc<dyn Plugin>,
    collections: &[Collection],
) -> Vec<String> {
    let terms = ctx.terms.load();
    let brought = &plugin.description().vocabularies;
    let mut missing: Vec<String> = collections
        .iter()
        .flat_map(|collection| collection.schema.references())
        .map(|reference| reference.vocabulary.clone())
        .filter(|name| {
            terms.vocabulary(name).is_none()
                && brought.iter().all(|vocabulary| vocabulary.name != *name)
        })
        .collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

/// The next set, with this plugin in force.
pub(super) fn with_plugin(
    active: &ActiveSet,
    plugin: &Arc<dyn Plugin>,
    activation: Activation,
    collections: Vec<Collection>,
) -> ActiveSet {
    let name = plugin.description().name.clone();
    let mut next = without_plugin(active, &name);
    next.collections.extend(
        collections.into_iter().map(|collection| (collection.name.clone(), Arc::new(collection))),
    );
    next.plugins
        .insert(name, crate::collections::ActivePlugin { plugin: Arc::clone(plugin), activation });
    next.identified()
}

/// The next set, without this plugin.
pub(super) fn without_plugin(active: &ActiveSet, name: &repono_domain::PluginName) -> ActiveSet {
    let mut next = active.clone();
    next.plugins.remove(name);
    next.collections.retain(|_, collection| collection.plugin.description().name != *name);
    next.identified()
}
