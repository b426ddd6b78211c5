//! Plugins.

pub(crate) mod activate;
pub(crate) mod deactivate;
pub(crate) mod install;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod remove;
pub(crate) mod rollback;

use repono_domain::CollectionName;
use repono_service::plugins::{PluginState, Step};
use repono_service::records::time;
use serde_json::{Value, json};

use super::told;
use crate::answer::Teller;

/// One package.
fn shown(state: &PluginState) -> Value {
    let package = &state.package;
    let mut value = json!({
        "name": package.name,
        "version": package.version,
        "summary": package.summary,
        "digest": package.digest,
        "grants": package.grants.capabilities,
        "settings": package.grants.settings,
        "installed": time(package.installed),
        "active": state.activation.is_some(),
    });
    if let Some(activation) = &state.activation {
        value["since"] = json!(time(activation.since));
        value["previous"] = json!(activation.previous);
        let index =
            |(collection, index): &(_, _)| json!({"collection": collection, "index": index});
        value["collections"] = activation.indices.iter().map(index).collect();
    }
    value
}

/// One step of an activation, as a line of progress.
fn tell(teller: &Teller, step: Step) {
    let line = |step: &str, collection: CollectionName, progress| {
        let mut line = told(step, progress);
        line["collection"] = json!(collection);
        line
    };
    match step {
        Step::Indexing(collection, progress) => teller.tell(line("indexing", collection, progress)),
        Step::Migrating(collection, progress) => {
            teller.tell(line("migrating", collection, progress));
        }
        // The last line says so.
        Step::Done => {}
    }
}
