//! Who asks, and what the repository works with.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use repono_domain::{Caller, Node, Webhook};

use crate::collections::ActiveSet;
use crate::health::Health;
use crate::indexing::{Indexer, IndexingOptions};
use crate::limits::Limits;
use crate::mail::Templates;
use crate::metrics::Handles;
use crate::nodes::Standing;
use crate::plugins::PluginBounds;
use crate::ports::{
    Broker, Cache, Clock, Counters, Database, Fetcher, Ids, Mailer, PluginRuntime, Queue,
    Receivers, RegistrationAgency, SearchIndex, Traces,
};
use crate::queues::{Counts, MostWaiting, Workers};
use crate::records::renderer;
use crate::tasks::OwnTask;
use crate::vocabularies::Terms;
use crate::webhooks::Patience;

/// What the operator decides for the whole repository.
#[derive(Clone, Debug, Hash)]
pub struct Settings {
    /// Where the API is found from outside: `https://repo.example.org/api`.
    pub api_url: String,
    /// Where the pages are found from outside: `https://repo.example.org`.
    pub site_url: String,
    /// Where DOIs resolve: `https://doi.org`.
    pub doi_resolver: String,
    /// Prefix of the DOIs minted here; none: none are minted.
    pub doi_prefix: Option<String>,
    /// As in `oai:{this}:{id}`.
    pub oai_prefix: String,
    /// How the search index follows.
    pub indexing: IndexingOptions,
    /// How long rendered records are kept.
    pub render_ttl: Duration,
    /// The most bytes that a document may have.
    pub max_document_bytes: usize,
    /// Names of API paths that no collection may take.
    pub reserved_names: Vec<String>,
    /// How long tasks are kept that are over.
    pub tasks: KeptTasks,
    /// How long drafts are kept that nobody goes on with, and what deleted records said.
    pub records: KeptRecords,
    /// Whether other processes use the same database.
    pub shared: bool,
    /// How many tasks may wait.
    pub most_waiting: MostWaiting,
    /// How many requests one caller may make.
    pub limits: Limits,
    /// How much plugins may keep and fetch.
    pub plugins: PluginBounds,
    /// How long receivers of webhooks are waited for.
    pub webhooks: Patience,
}

/// How long tasks are kept that are over; none: for ever.
#[derive(Clone, Copy, Debug, Default, Hash)]
pub struct KeptTasks {
    /// Those that were done or called off.
    pub keep: Option<Duration>,
    /// Those that were given up.
    pub keep_dead: Option<Duration>,
}

/// How long is kept what nobody asks for; none: for ever.
#[derive(Clone, Copy, Debug, Default, Hash)]
pub struct KeptRecords {
    /// Drafts that were never published, since they were last saved.
    pub drafts: Option<Duration>,
    /// What deleted records said, since they were deleted.
    pub deleted: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api_url: "http://127.0.0.1:8080/api".to_owned(),
            site_url: "http://127.0.0.1:8080".to_owned(),
            doi_resolver: "https://doi.org".to_owned(),
            doi_prefix: Some("10.5072".to_owned()),
            oai_prefix: "repono".to_owned(),
            indexing: IndexingOptions::default(),
            render_ttl: Duration::from_mins(5),
            max_document_bytes: 10 << 20,
            reserved_names: Vec::new(),
            tasks: KeptTasks::default(),
            records: KeptRecords::default(),
            shared: false,
            most_waiting: MostWaiting::default(),
            limits: Limits::default(),
            plugins: PluginBounds::default(),
            webhooks: Patience::default(),
        }
    }
}

/// What the repository needs of the world.
pub struct Ports {
    /// Everything in SQL.
    pub database: Arc<dyn Database>,
    /// Hands tasks to workers: the database itself, or [`crate::tasks::Brokered`].
    pub queue: Arc<dyn Queue>,
    /// What the queue works with, if it works with a broker.
    pub broker: Option<Arc<dyn Broker>>,
    /// The search engine.
    pub search: Arc<dyn SearchIndex>,
    /// Makes plugins of bytes.
    pub runtime: Arc<dyn PluginRuntime>,
    /// Sends requests for plugins.
    pub fetcher: Arc<dyn Fetcher>,
    /// Rendered records.
    pub cache: Arc<dyn Cache>,
    /// What callers have asked for lately.
    pub counters: Arc<dyn Counters>,
    /// Letters to people.
    pub mailer: Arc<dyn Mailer>,
    /// Where DOIs are registered, if they are.
    pub agency: Option<Arc<dyn RegistrationAgency>>,
    /// Receivers of webhooks.
    pub receivers: Arc<dyn Receivers>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// Traces that go on elsewhere.
    pub traces: Arc<dyn Traces>,
}

/// The ports, and what is kept in memory over them.
pub struct Services {
    ports: Ports,
    /// This process, as it was at its start.
    pub node: Node,
    /// What the operator decides.
    pub settings: Settings,
    /// Who works on which queue here. Beside the settings, in which all processes are alike.
    pub workers: Workers,
    /// Plugins and collections in force. Immutable; replaced as a whole.
    pub active: ArcSwap<ActiveSet>,
    /// How far this process has followed what is in force.
    pub standing: ArcSwap<Standing>,
    /// What was last counted of what waits.
    pub health: ArcSwap<Health>,
    /// Vocabularies, whole.
    pub terms: ArcSwap<Terms>,
    /// The way into the search index for what has just been written.
    pub indexer: Indexer,
    /// What letters are written from.
    pub templates: Templates,
    /// Receivers of webhooks, as they were last read.
    pub webhooks: ArcSwap<Vec<Webhook>>,
    /// What it does later by itself.
    pub own_tasks: Vec<Arc<dyn OwnTask>>,
    pub(crate) metrics: Handles,
    /// What was last counted of tasks that wait.
    pub(crate) counts: Counts,
    /// See [`renderer`].
    pub(crate) renderer: u64,
    /// Held by whoever changes what is in force in this process.
    pub(crate) activation: Arc<tokio::sync::Mutex<()>>,
}

impl Services {
    /// Puts the ports together. Nothing is in force until [`crate::plugins::start`].
    pub fn new(
        ports: Ports,
        own_tasks: Vec<Arc<dyn OwnTask>>,
        node: Node,
        settings: Settings,
        workers: Workers,
        templates: Templates,
    ) -> Arc<Self> {
        Arc::new(Self {
            ports,
            renderer: renderer(&settings),
            node,
            settings,
            workers,
            standing: ArcSwap::from_pointee(Standing::default()),
            active: ArcSwap::from_pointee(ActiveSet::default()),
            health: ArcSwap::from_pointee(Health::default()),
            metrics: Handles::new(),
            counts: Counts::default(),
            terms: ArcSwap::from_pointee(Terms::default()),
            indexer: Indexer::default(),
            templates,
            webhooks: ArcSwap::default(),
            own_tasks,
            activation: Arc::default(),
        })
    }

    /// A context for work that the repository does by itself.
    pub fn as_system(self: &Arc<Self>) -> Context {
        Context { caller: Caller::System, services: Arc::clone(self) }
    }
}

impl Deref for Services {
    type Target = Ports;

    fn deref(&self) -> &Ports {
        &self.ports
    }
}

/// A caller and what the repository works with: the first argument of every use case.
#[derive(Clone)]
pub struct Context {
    /// Who asks.
    pub caller: Caller,
    /// What the repository works with.
    pub services: Arc<Services>,
}

impl Deref for Context {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}
