//! Which kinds of tasks there are: those of the repository itself, and those of the plugins in force.

use std::sync::Arc;

use jiff::Timestamp;
use repono_domain::PluginName;

use super::own::OwnTask;
use crate::collections::{ActivePlugin, ActiveSet};
use crate::ports::TaskKind;
use crate::queues::DEFAULT;
use crate::{Error, Result, Services};

/// Whose the repository's own kinds are: `repono.tidy`. No plugin is called so.
pub const OWN: &str = "repono";

/// A kind of task, and who does it.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// What is said of it.
    pub kind: &'a TaskKind,
    /// Who does it.
    pub by: Doer<'a>,
}

/// Who does tasks of a kind.
#[derive(Clone, Copy)]
pub enum Doer<'a> {
    /// The repository itself.
    Repository(&'a Arc<dyn OwnTask>),
    /// A plugin in force.
    Plugin(&'a ActivePlugin),
}

impl<'a> Known<'a> {
    /// As it is asked for: `{plugin}.{name}`, or `repono.{name}`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.owner(), self.kind.name)
    }

    /// The queue on which its tasks wait.
    pub fn queue(&self) -> &'a str {
        if self.kind.queue.is_empty() { DEFAULT } else { &self.kind.queue }
    }

    /// The plugin that does it, unless the repository does.
    pub fn plugin(&self) -> Option<&'a PluginName> {
        match self.by {
            Doer::Repository(_) => None,
            Doer::Plugin(active) => Some(&active.plugin.description().name),
        }
    }

    /// When its plugin came into force: what its schedule says of earlier times is nobody's.
    pub fn since(&self) -> Option<Timestamp> {
        match self.by {
            Doer::Repository(_) => None,
            Doer::Plugin(active) => Some(active.activation.since),
        }
    }

    fn owner(&self) -> &'a str {
        self.plugin().map_or(OWN, PluginName::as_str)
    }
}

/// All kinds, the repository's own first.
pub fn all<'a>(services: &'a Services, active: &'a ActiveSet) -> impl Iterator<Item = Known<'a>> {
    let own = services
        .own_tasks
        .iter()
        .map(|task| Known { kind: task.kind(), by: Doer::Repository(task) });
    let plugins = active.plugins.values().flat_map(|active| {
        let kinds = active.plugin.description().kinds.iter();
        kinds.map(move |kind| Known { kind, by: Doer::Plugin(active) })
    });
    own.chain(plugins)
}

/// The kind that is called so.
///
/// # Errors
/// `NotFound`, naming those there are.
pub fn find<'a>(services: &'a Services, active: &'a ActiveSet, name: &str) -> Result<Known<'a>> {
    let is_it =
        |known: &Known<'_>| name.split_once('.') == Some((known.owner(), known.kind.name.as_str()));
    all(services, active).find(is_it).ok_or_else(|| {
        let names: Vec<_> = all(services, active).map(|known| known.name()).collect();
        Error::NotFound(format!("There is no task kind {name}; there are: {}.", names.join(", ")))
    })
}
