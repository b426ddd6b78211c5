//! Makes plugins of files.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use repono_domain::Digest;
use repono_service::ports::{Grants, Hosts, Plugin, PluginRuntime, Refusal, Traces};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use wasmtime::component::InstancePre;

use crate::anatomy::{self, Anatomy};
use crate::bindings::manifest_v1::exports::repono::plugin::manifest::Descriptor;
use crate::call::Callee;
use crate::compile::{Cache, Child, Compiler};
use crate::config::{Limits, WasmRuntimeConfig};
use crate::engine::Serving;
use crate::fault::told;
use crate::hooks::Hooks;
use crate::meter::Meter;
use crate::plugin::WasmPlugin;
use crate::slots::Slots;
use crate::state::State;
use crate::{contract, describe, grants, link};

/// Runs plugins on wasmtime. Lives on a Tokio runtime.
pub struct WasmRuntime {
    serving: Arc<Serving>,
    compiler: Compiler,
    limits: Arc<Limits>,
    calls: Arc<Semaphore>,
    tasks: Arc<Semaphore>,
    traces: Arc<dyn Traces>,
}

/// In metrics, what has not said its name yet.
const UNNAMED: &str = "(unnamed)";

/// Why no plugin can be run at all.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The engine does not take its settings, or finds no room for its pool.
    #[error("the WebAssembly engine does not start: {0}")]
    Engine(String),
    /// The folder of compiled plugins cannot be used.
    #[error("compiled plugins cannot be kept in {folder}")]
    Cache {
        /// As it was configured.
        folder: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl WasmRuntime {
    /// Starts an engine, and the thread that is its clock.
    pub fn new(config: WasmRuntimeConfig) -> Result<Self, StartError> {
        let WasmRuntimeConfig { cache_dir, compiler, limits, traces } = config;
        let serving = Serving::start(&limits).map_err(|error| StartError::Engine(told(&error)))?;
        let cache = Cache::open(&cache_dir, &serving.engine).map_err(|source| {
            StartError::Cache { folder: cache_dir.display().to_string(), source }
        })?;
        let child = compiler.and_then(|command| Child::new(&command, &cache_dir, limits.compile));
        Ok(Self {
            serving: Arc::new(serving),
            compiler: Compiler::new(cache, child),
            calls: Arc::new(Semaphore::new(limits.calls)),
            tasks: Arc::new(Semaphore::new(limits.tasks)),
            limits: Arc::new(limits),
            traces,
        })
    }

    fn callee(
        &self,
        component: InstancePre<State>,
        hooks: Hooks,
        name: &str,
        grants: &Grants,
        hosts: Hosts,
    ) -> Callee {
        let limits = &self.limits;
        Callee {
            name: name.into(),
            meter: Arc::new(Meter::new(UNNAMED.into())),
            traces: Arc::clone(&self.traces),
            serving: Arc::clone(&self.serving),
            component,
            hooks: Arc::new(hooks),
            limits: Arc::clone(limits),
            calls: Slots::new(
                limits.calls_per_plugin,
                limits.waiting_per_plugin,
                Arc::clone(&self.calls),
                limits.wait,
            ),
            tasks: Slots::new(
                limits.tasks_per_plugin,
                limits.waiting_per_plugin,
                Arc::clone(&self.tasks),
                limits.wait,
            ),
            hosts: Arc::new(hosts),
            settings: grants.settings.as_ref().map(|settings| settings.to_string().into()),
        }
    }
}

#[async_trait]
impl PluginRuntime for WasmRuntime {
    #[tracing::instrument(name = "plugin.load", skip_all, fields(size_bytes = bytes.len()))]
    async fn load(&self, bytes: Bytes, grants: &Grants) -> Result<Arc<dyn Plugin>, Refusal> {
        let named =
            self.introduce(bytes, grants).await.map_err(|refusal| of("The file", &refusal))?;
        let subject = format!("The plugin {}", named.descriptor.name);
        let plugin = accept(named, grants).await.map_err(|refusal| of(&subject, &refusal))?;
        Ok(Arc::new(plugin))
    }
}

/// A component that has said its name.
struct Named {
    callee: Callee,
    descriptor: Descriptor,
    digest: Digest,
    anatomy: Anatomy,
}

impl WasmRuntime {
    /// Brings a file so far that it says who it is.
    async fn introduce(&self, bytes: Bytes, grants: &Grants) -> Result<Named, Refusal> {
        if bytes.len() > self.limits.file_bytes {
            return Err(Refusal(format!(
                "has {} bytes, a plugin may have {}",
                bytes.len(),
                self.limits.file_bytes
            )));
        }
        let (digest, anatomy) = read(bytes.clone()).await?;
        contract::check(&anatomy)?;

        let component = self.compiler.component(&self.serving, &digest, &bytes).await?;
        let component = link::link(&self.serving.engine, &component, &anatomy)?;
        let hooks = Hooks::find(&anatomy, &component)?;

        let hosts = grants::hosts(grants)?;
        let callee = self.callee(component, hooks, digest.short(), grants, hosts);
        let descriptor = describe::manifest(&callee).await?;
        Ok(Named { callee, descriptor, digest, anatomy })
    }
}

async fn accept(named: Named, grants: &Grants) -> Result<WasmPlugin, Refusal> {
    let Named { callee, descriptor, digest, anatomy } = named;
    grants::check(&descriptor, &anatomy.imports, grants)?;
    grants::check_settings(&descriptor, grants)?;

    let name: Arc<str> = descriptor.name.as_str().into();
    let meter = Arc::new(Meter::new(Arc::clone(&name)));
    let callee = Callee { name, meter, ..callee };
    let description = describe::describe(&callee, &anatomy, digest, descriptor).await?;
    Ok(WasmPlugin { callee, description })
}

/// Refusals are made as predicates; here they get their subject.
fn of(subject: &str, refusal: &Refusal) -> Refusal {
    Refusal(format!("{subject} {refusal}"))
}

async fn read(bytes: Bytes) -> Result<(Digest, Anatomy), Refusal> {
    let read = spawn_blocking(move || {
        Ok((Digest::from_sha256(Sha256::digest(&bytes).into()), anatomy::dissect(&bytes)?))
    })
    .await;
    read.unwrap_or_else(|_| Err(Refusal("was not read: the server is shutting down".to_owned())))
}
