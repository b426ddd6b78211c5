//! The backends of an app: all embedded, so far.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use repono_adapters::memory::MemoryCache;
use repono_adapters::sql::Sqlite;
use repono_adapters::tantivy::Tantivy;
use repono_service::ports::Cache;
use repono_wasm::{WasmRuntime, WasmRuntimeConfig};
use tokio::task::spawn_blocking;

use super::AppConfig;

/// Folders within the data folder.
const SEARCH: &str = "search";
pub(crate) const COMPILED: &str = "compiled-plugins";

/// What must be closed in order, and what needs not.
pub(super) struct Backends {
    pub database: Arc<Sqlite>,
    pub search: Arc<Tantivy>,
    pub runtime: Arc<WasmRuntime>,
    pub cache: Arc<dyn Cache>,
}

impl Backends {
    /// Opens all at once: they wait for the disk, each for itself.
    pub(super) async fn open(folder: &Path, app: &AppConfig) -> anyhow::Result<Self> {
        let wasm = WasmRuntimeConfig {
            cache_dir: folder.join(COMPILED),
            compiler: app.compiler.clone(),
            limits: (&app.config.plugins.limits).into(),
        };
        let indices = folder.join(SEARCH);
        let search = spawn_blocking(move || Tantivy::open(&indices));
        let runtime = spawn_blocking(move || WasmRuntime::new(wasm));
        let database = Sqlite::open(folder, Arc::clone(&app.clock)).await;

        let search = search.await.context("the search index was not opened")?;
        let runtime = runtime.await.context("the plugin engine was not started")?;
        Ok(Self {
            database: Arc::new(database.context("the database cannot be opened")?),
            search: Arc::new(search.context("the search index cannot be opened")?),
            runtime: Arc::new(runtime.context("plugins cannot be run")?),
            cache: Arc::new(MemoryCache::new(app.config.cache.max_bytes)),
        })
    }

    /// What was written is on the disk when it answers.
    pub(super) async fn close(&self) {
        if let Err(error) = self.search.close().await {
            tracing::error!(error = %error, "the search index was not closed in order; it is compared with the database at the next start");
        }
        if let Err(error) = self.database.close().await {
            tracing::error!(error = %error, "the database was not closed in order; nothing is lost");
        }
    }
}
