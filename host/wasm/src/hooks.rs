//! Which hooks a plugin has, and where they are found in each of its instances.

use repono_domain::TraceParent;
use repono_service::ports::{PluginFailure, Refusal};
use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre};

use crate::anatomy::Anatomy;
use crate::bindings::exporter_v1::{self as exporter, ExporterHookIndices};
use crate::bindings::indexer_v1::{self as indexer, IndexerHookIndices};
use crate::bindings::manifest_v1::{self as manifest, ManifestHookIndices};
use crate::bindings::schema_v1::{self as schema, SchemaHookIndices};
use crate::bindings::task_v1::{self as task, TaskHookIndices};
use crate::bindings::types_v1::CallContext;
use crate::bindings::vocabularies_v1::{self as vocabularies, VocabulariesHookIndices};
use crate::call::Mishap;
use crate::contract::{self, VERSION};
use crate::fault::told;
use crate::state::State;

/// The exports of a component, looked up once.
pub(crate) struct Hooks {
    manifest: ManifestHookIndices,
    schema: Option<SchemaHookIndices>,
    vocabularies: Option<VocabulariesHookIndices>,
    indexer: Option<IndexerHookIndices>,
    exporter: Option<ExporterHookIndices>,
    task: Option<TaskHookIndices>,
}

impl Hooks {
    pub(crate) fn find(anatomy: &Anatomy, component: &InstancePre<State>) -> Result<Self, Refusal> {
        let has = |hook: &str| contract::interfaces(&anatomy.exports).any(|export| export == hook);
        Ok(Self {
            manifest: find("manifest", || ManifestHookIndices::new(component))?,
            schema: has("schema")
                .then(|| find("schema", || SchemaHookIndices::new(component)))
                .transpose()?,
            vocabularies: has("vocabularies")
                .then(|| find("vocabularies", || VocabulariesHookIndices::new(component)))
                .transpose()?,
            indexer: has("indexer")
                .then(|| find("indexer", || IndexerHookIndices::new(component)))
                .transpose()?,
            exporter: has("exporter")
                .then(|| find("exporter", || ExporterHookIndices::new(component)))
                .transpose()?,
            task: has("task")
                .then(|| find("task", || TaskHookIndices::new(component)))
                .transpose()?,
        })
    }
}

fn find<T>(hook: &str, look: impl FnOnce() -> wasmtime::Result<T>) -> Result<T, Refusal> {
    look().map_err(|error| Refusal(mistold(hook, &error)))
}

/// An instance at work.
pub(crate) struct Guest<'a> {
    pub(crate) hooks: &'a Hooks,
    pub(crate) instance: Instance,
    pub(crate) store: &'a mut Store<State>,
    /// The call, in the trace that it is a part of.
    pub(crate) trace: Option<TraceParent>,
}

macro_rules! hook {
    ($hook:ident, $Guest:ty, $exported:ident, $name:literal) => {
        pub(crate) fn $hook(&mut self) -> Result<$Guest, Mishap> {
            let indices = self.hooks.$hook.as_ref().ok_or_else(|| missing($name))?;
            Ok(indices
                .load(&mut *self.store, &self.instance)
                .map_err(|error| mistyped($name, &error))?
                .$exported()
                .clone())
        }
    };
}

impl Guest<'_> {
    /// The circumstances, with where in its trace the call is.
    pub(crate) fn traced(&self, context: CallContext) -> CallContext {
        CallContext { traceparent: self.trace.map(String::from), ..context }
    }

    pub(crate) fn manifest(
        &mut self,
    ) -> Result<manifest::exports::repono::plugin::manifest::Guest, Mishap> {
        let manifest = self
            .hooks
            .manifest
            .load(&mut *self.store, &self.instance)
            .map_err(|error| mistyped("manifest", &error))?;
        Ok(manifest.repono_plugin_manifest().clone())
    }

    hook!(schema, schema::exports::repono::plugin::schema::Guest, repono_plugin_schema, "schema");
    hook!(
        vocabularies,
        vocabularies::exports::repono::plugin::vocabularies::Guest,
        repono_plugin_vocabularies,
        "vocabularies"
    );
    hook!(
        indexer,
        indexer::exports::repono::plugin::indexer::Guest,
        repono_plugin_indexer,
        "indexer"
    );
    hook!(
        exporter,
        exporter::exports::repono::plugin::exporter::Guest,
        repono_plugin_exporter,
        "exporter"
    );
    hook!(task, task::exports::repono::plugin::task::Guest, repono_plugin_task, "task");
}

fn missing(hook: &str) -> Mishap {
    Mishap::Failure(PluginFailure::Unsupported(format!("it has no hook `{hook}`")))
}

fn mistyped(hook: &str, error: &wasmtime::Error) -> Mishap {
    Mishap::Failure(PluginFailure::Fault(mistold(hook, error)))
}

fn mistold(hook: &str, error: &wasmtime::Error) -> String {
    format!(
        "exports a `{hook}` that is not as contract {VERSION} has it ({}): build it with this contract's WIT",
        told(error)
    )
}
