//! What the tests share: a runtime in a folder of its own, calls, and the guests that were built.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use repono_service::ports::{Call, Doc, Grants, Plugin, PluginRuntime as _, Refusal};
use repono_wasm::{Limits, WasmRuntime, WasmRuntimeConfig};
use serde_json::Value;

/// A runtime whose code is kept until it is dropped.
pub(crate) struct TestRuntime {
    pub(crate) runtime: WasmRuntime,
    pub(crate) folder: tempfile::TempDir,
}

impl TestRuntime {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut WasmRuntimeConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = WasmRuntimeConfig::new(folder.path().join("compiled"));
        config.limits = limits();
        change(&mut config);
        Self { runtime: WasmRuntime::new(config).unwrap(), folder }
    }

    pub(crate) async fn load(&self, component: Vec<u8>) -> Arc<dyn Plugin> {
        self.runtime.load(Bytes::from(component), &Grants::default()).await.unwrap()
    }

    pub(crate) async fn load_granted(
        &self,
        component: Vec<u8>,
        grants: &Grants,
    ) -> Result<Arc<dyn Plugin>, Refusal> {
        self.runtime.load(Bytes::from(component), grants).await
    }

    pub(crate) async fn refusal(&self, component: impl Into<Bytes>) -> String {
        self.refusal_granted(component, &Grants::default()).await
    }

    pub(crate) async fn refusal_granted(
        &self,
        component: impl Into<Bytes>,
        grants: &Grants,
    ) -> String {
        match self.runtime.load(component.into(), grants).await {
            Ok(plugin) => panic!("was loaded: {:?}", plugin.description()),
            Err(refusal) => refusal.0,
        }
    }
}

/// As in production but smaller, for machines that are busy with other tests.
fn limits() -> Limits {
    Limits {
        memory_bytes: 16 << 20,
        answer_bytes: 1 << 20,
        calls: 4,
        tasks: 4,
        ..Limits::default()
    }
}

pub(crate) fn granting(capability: &str) -> Grants {
    Grants { capabilities: vec![capability.to_owned()], settings: None }
}

pub(crate) fn configured(settings: Value) -> Grants {
    Grants { capabilities: Vec::new(), settings: Some(settings) }
}

pub(crate) fn call() -> Call {
    Call {
        id: "call-1".to_owned(),
        now: "2026-01-01T00:00:00Z".parse().unwrap(),
        seed: 1,
        deadline: None,
        dry_run: false,
    }
}

pub(crate) fn call_within(deadline: Duration) -> Call {
    Call { deadline: Some(deadline), ..call() }
}

pub(crate) fn docs(bodies: &[&Value]) -> Vec<Doc> {
    bodies
        .iter()
        .map(|body| Doc {
            id: String::new(),
            revision: 0,
            schema_version: 1,
            body: body.to_string(),
        })
        .collect()
}

pub(crate) fn some_docs(number: usize) -> Vec<Doc> {
    let body = serde_json::json!({ "metadata": {} });
    docs(&vec![&body; number])
}

/// A guest that `cargo xtask plugins` builds from `tests/guests` or `plugins`.
pub(crate) fn built(name: &str) -> Vec<u8> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let candidates = ["test-guests", "plugins"]
        .map(|folder| target.join(folder).join(name).with_extension("wasm"));
    let Some(path) = candidates.iter().find(|path| path.exists()) else {
        panic!("run `cargo xtask plugins` first: there is no {name}.wasm")
    };
    std::fs::read(path).unwrap()
}

/// The command of `examples/compile_plugin.rs`, which cargo builds beside the tests.
pub(crate) fn compiler() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    deps.parent().and_then(Path::parent).unwrap().join("examples/compile_plugin")
}
