//! The backends of an app, as the configuration names them: services that processes share, or what
//! is embedded.

mod cache;
mod database;
mod doi;
mod mail;
mod queue;
mod receivers;
mod search;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use repono_adapters::system::SharedClock;
use repono_adapters::web::Web;
use repono_service::ports::{
    Cache, Clock, Counters, Fetcher, Mailer, Receivers, RegistrationAgency,
};
use repono_wasm::{WasmRuntime, WasmRuntimeConfig};
use tokio::task::spawn_blocking;

pub(super) use self::database::Database;
pub(crate) use self::database::{Kind as DatabaseKind, server_options};
pub(super) use self::mail::templates;
use self::queue::Queue;
use self::search::Search;
use super::AppConfig;

/// Folder within the data folder.
pub(crate) const COMPILED: &str = "compiled-plugins";

/// What must be closed in order, and what needs not.
pub(super) struct Backends {
    pub database: Database,
    pub queue: Queue,
    pub search: Search,
    pub runtime: Arc<WasmRuntime>,
    pub fetcher: Arc<dyn Fetcher>,
    pub cache: Arc<dyn Cache>,
    pub counters: Arc<dyn Counters>,
    pub mailer: Arc<dyn Mailer>,
    /// If DOIs are registered.
    pub agency: Option<Arc<dyn RegistrationAgency>>,
    pub receivers: Arc<dyn Receivers>,
    /// Goes by the database's clock where processes share it.
    pub clock: Arc<SharedClock>,
}

impl Backends {
    /// Opens all at once: they wait for the disk or the network, each for itself.
    pub(super) async fn open(folder: &Path, app: &AppConfig) -> anyhow::Result<Self> {
        let wasm = WasmRuntimeConfig {
            cache_dir: folder.join(COMPILED),
            compiler: app.compiler.clone(),
            limits: (&app.config.plugins.limits).into(),
            traces: Arc::clone(&app.traces),
        };
        let clock = Arc::new(SharedClock::new(Arc::clone(&app.clock)));
        let told: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let runtime = spawn_blocking(move || WasmRuntime::new(wasm));
        let (database, search, cache) = tokio::join!(
            Database::open(folder, &app.config.database, &told),
            Search::open(folder, &app.config.search, &app.traces),
            cache::open(&app.config.cache),
        );
        let runtime = runtime.await.context("the plugin engine was not started")?;
        let database = database.context("the database cannot be opened")?;
        let (cache, counters) = cache.context("the cache cannot be opened")?;
        Ok(Self {
            queue: Queue::open(&app.config, database.port(), &told)
                .context("the broker of the queues cannot be used")?,
            database,
            search: search.context("the search index cannot be opened")?,
            runtime: Arc::new(runtime.context("plugins cannot be run")?),
            fetcher: Arc::new(Web::new().context("plugins cannot be given the web")?),
            cache,
            counters,
            mailer: mail::open(folder, &app.config.mail, &told)
                .context("nobody can be given mail")?,
            agency: doi::open(&app.config.doi).context("DOIs cannot be registered")?,
            receivers: receivers::open(&app.config.webhooks)
                .context("no webhook can be spoken to")?,
            clock,
        })
    }

    /// What was written is on the disk when it answers.
    pub(super) async fn close(&self) {
        self.queue.close().await;
        if let Err(error) = self.search.close().await {
            tracing::error!(error = %error, "the search index was not closed in order; it is compared with the database at the next start");
        }
        if let Err(error) = self.database.close().await {
            tracing::error!(error = %error, "the database was not closed in order; nothing is lost");
        }
    }
}
