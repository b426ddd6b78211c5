//! What is in force. Never changed, only replaced.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use repono_domain::{CollectionName, PluginName, SchemaStamp};

use super::{Schema, SearchSpec};
use crate::ports::{Activation, Format, IndexName, Plugin};
use crate::{Error, Result};

/// A plugin in force.
#[derive(Clone)]
pub struct ActivePlugin {
    /// Loaded.
    pub plugin: Arc<dyn Plugin>,
    /// Since when, and what was before.
    pub activation: Activation,
}

/// An index that is being filled to take the place of a collection's.
#[derive(Clone)]
pub struct Shadow {
    /// As it will be.
    pub collection: Arc<Collection>,
}

/// A collection in force.
pub struct Collection {
    /// Served at `/api/{name}`.
    pub name: CollectionName,
    /// Who made it.
    pub plugin: Arc<dyn Plugin>,
    /// Schema version.
    pub version: u32,
    /// Older versions that can be migrated.
    pub migrates_from: Vec<u32>,
    /// Whether the plugin looks at documents itself.
    pub checks: bool,
    /// Whether the plugin shapes search documents itself.
    pub transforms: bool,
    /// Compiled.
    pub schema: Schema,
    /// Fields, facets, sorts.
    pub search: SearchSpec,
    /// Where it is indexed.
    pub index: IndexName,
    /// An index being filled.
    pub shadow: Option<Shadow>,
}

impl Collection {
    /// What accepts its documents now.
    pub fn stamp(&self) -> SchemaStamp {
        let plugin = self.plugin.description().digest.clone();
        SchemaStamp { plugin, version: self.version }
    }
}

/// Plugins and collections in force.
#[derive(Default, Clone)]
pub struct ActiveSet {
    /// Tells sets of other packages apart, and is the same on every node that has the same in force.
    pub fingerprint: u64,
    /// By name.
    pub plugins: BTreeMap<PluginName, ActivePlugin>,
    /// By name.
    pub collections: BTreeMap<CollectionName, Arc<Collection>>,
}

impl ActiveSet {
    /// With the fingerprint of the plugins that it holds now.
    pub(crate) fn identified(mut self) -> Self {
        let mut hasher = DefaultHasher::new();
        for (name, active) in &self.plugins {
            (name.as_str(), active.activation.digest.as_str()).hash(&mut hasher);
        }
        self.fingerprint = hasher.finish();
        self
    }

    /// A collection by its name.
    ///
    /// # Errors
    /// `NotFound`, naming the collections there are.
    pub fn collection(&self, name: &CollectionName) -> Result<Arc<Collection>> {
        self.collections.get(name).cloned().ok_or_else(|| {
            let known =
                self.collections.keys().map(CollectionName::as_str).collect::<Vec<_>>().join(", ");
            let known = if known.is_empty() {
                "there is none, since no plugin that makes one is active".to_owned()
            } else {
                format!("there are: {known}")
            };
            Error::NotFound(format!("There is no collection {name}; {known}."))
        })
    }

    /// Formats that a collection's records can be exported in, with who writes them.
    pub fn formats<'a>(
        &'a self,
        collection: &'a CollectionName,
    ) -> impl Iterator<Item = (&'a Arc<dyn Plugin>, &'a Format)> {
        let all = self.plugins.values().flat_map(|active| {
            active.plugin.description().formats.iter().map(move |format| (&active.plugin, format))
        });
        all.filter(move |(_, format)| {
            format.collections.is_empty()
                || format.collections.iter().any(|name| name == collection.as_str())
        })
    }
}
