//! From a component to code, ahead of time, and never twice.

mod cache;
mod child;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use repono_domain::Digest;
use repono_service::ports::Refusal;
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tracing::{debug, warn};
use wasmtime::component::Component;

pub(crate) use cache::Cache;
pub(crate) use child::Child;

use crate::engine::{self, Serving};
use crate::fault::told;

/// Finds code, or has it made.
pub(crate) struct Compiler {
    cache: Cache,
    /// None: this process compiles.
    child: Option<Child>,
    /// Two compilations at a time would want twice the memory.
    turn: Mutex<()>,
}

impl Compiler {
    pub(crate) fn new(cache: Cache, child: Option<Child>) -> Self {
        Self { cache, child, turn: Mutex::new(()) }
    }

    /// Code that `serving` can run.
    pub(crate) async fn component(
        &self,
        serving: &Arc<Serving>,
        digest: &Digest,
        bytes: &Bytes,
    ) -> Result<Component, Refusal> {
        if let Some(component) = self.kept(serving, digest).await {
            return Ok(component);
        }
        let _turn = self.turn.lock().await;
        if let Some(component) = self.kept(serving, digest).await {
            return Ok(component);
        }

        debug!(plugin.digest = %digest, "compiling a plugin of {} bytes", bytes.len());
        let code = match &self.child {
            Some(child) => child.compile(bytes).await?,
            None => compile_here(bytes.clone()).await?,
        };
        self.keep(digest, &code).await;
        load(serving, code).await
    }

    async fn kept(&self, serving: &Arc<Serving>, digest: &Digest) -> Option<Component> {
        let (cache, digest) = (self.cache.clone(), digest.clone());
        let code = spawn_blocking(move || cache.read(&digest)).await.ok()??;
        load(serving, code)
            .await
            .inspect_err(|refusal| warn!("compiled code is discarded: it {refusal}"))
            .ok()
    }

    async fn keep(&self, digest: &Digest, code: &Arc<[u8]>) {
        let (cache, digest, code) = (self.cache.clone(), digest.clone(), Arc::clone(code));
        let kept = spawn_blocking(move || cache.write(&digest, &code)).await;
        if let Ok(Err(error)) = kept {
            warn!("compiled code cannot be kept, so it will be compiled again: {error}");
        }
    }
}

/// Code is read here alone, and comes from the cache, which checks that this host wrote it, or from
/// a compiler that this host has just run.
async fn load(serving: &Arc<Serving>, code: Arc<[u8]>) -> Result<Component, Refusal> {
    let serving = Arc::clone(serving);
    #[expect(unsafe_code, reason = "the code is this host's own, as told above")]
    // SAFETY: see above.
    let loaded = spawn_blocking(move || unsafe { serving.component(&code) }).await;
    loaded.unwrap_or_else(|_| Err(interrupted()))
}

async fn compile_here(bytes: Bytes) -> Result<Arc<[u8]>, Refusal> {
    let compiled = spawn_blocking(move || compile(&bytes))
        .await
        .unwrap_or_else(|_| Err(CompileError("the compiler panicked".to_owned())));
    compiled.map(Arc::from).map_err(|error| Refusal(format!("cannot be compiled: {error}")))
}

fn interrupted() -> Refusal {
    Refusal("was not loaded: the server is shutting down".to_owned())
}

/// Why a component cannot be compiled.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CompileError(String);

/// What a compiler may use of memory. JavaScript on `SpiderMonkey` takes about half of it.
const MEMORY_BYTES: u64 = 2 << 30;
/// Should the parent die, the child does not go on for ever.
const CPU_SECONDS: u64 = 300;

/// Compiles the component in `input` to `output`, as [`crate::WasmRuntime`] expects it of its
/// compiler.
///
/// Limits the whole process's memory, so call it in a process of its own. Tell the error on stderr
/// and exit with a status that is not 0.
pub fn compile_file(input: &Path, output: &Path) -> Result<(), CompileError> {
    limit(Resource::Data, MEMORY_BYTES)?;
    limit(Resource::Cpu, CPU_SECONDS)?;
    limit(Resource::Core, 0)?;

    let bytes = std::fs::read(input)
        .map_err(|error| CompileError(format!("{}: {error}", input.display())))?;
    let code = compile(&bytes)?;
    std::fs::write(output, code)
        .map_err(|error| CompileError(format!("{}: {error}", output.display())))
}

fn limit(resource: Resource, value: u64) -> Result<(), CompileError> {
    let limit = Rlimit { current: Some(value), maximum: Some(value) };
    setrlimit(resource, limit)
        .map_err(|error| CompileError(format!("the compiler cannot limit itself: {error}")))
}

fn compile(bytes: &[u8]) -> Result<Vec<u8>, CompileError> {
    let compiled = engine::compiling().and_then(|engine| engine.precompile_component(bytes));
    compiled.map_err(|error| CompileError(told(&error)))
}
