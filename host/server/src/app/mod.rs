//! The whole server in one value: everything that `repono serve` runs, and that a command runs for
//! itself when there is no server.
//!
//! **Invariant:** what an [`App`] has started has ended when [`App::stop`] answers.

mod backends;
mod data_dir;
mod first_user;
mod gate;
mod http;
pub(crate) mod metrics;
mod server_file;
mod start;
mod stop;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use repono_adapters::system::{RandomIds, SystemClock};
use repono_service::Services;
use repono_service::plugins::Shipped;
use repono_service::ports::{Clock, Ids, Traces, Untraced};
use repono_service::tasks::{self, OwnTask};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::backends::Backends;
pub(crate) use self::backends::{COMPILED, DatabaseKind, server_options};
pub(crate) use self::data_dir::DataDir;
pub(crate) use self::first_user::EMAIL as FIRST_USER;
use self::metrics::Metrics;
pub(crate) use self::server_file::ServerFile;
use crate::config::Config;
pub use crate::roles::Role;

/// What an app is made of.
pub struct AppConfig {
    /// What the operator set.
    pub config: Config,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// What makes ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// Plugins to install and activate when they are first met.
    pub shipped: Vec<Shipped>,
    /// A command that compiles plugins; none: they are compiled in this process.
    pub compiler: Option<Vec<OsString>>,
    /// What the lock says of its holder: `serve`.
    pub purpose: String,
    /// What it does.
    pub roles: BTreeSet<Role>,
    /// Whether other processes may find this one and use it.
    pub found: Found,
    /// The traces that its work is a part of.
    pub traces: Arc<dyn Traces>,
    /// What it does later by itself.
    pub own_tasks: Vec<Arc<dyn OwnTask>>,
}

/// Whether other processes may find an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// By `server.json` in the data folder: commands then talk to it.
    ByOthers,
    /// By nobody.
    ByNobody,
}

impl AppConfig {
    /// With the machine's clock and randomness, the plugins that are embedded, in-process
    /// compilation, all that the repository does later by itself, and without traces.
    pub fn new(config: Config) -> Self {
        Self {
            shipped: crate::embedded::shipped(&config.plugins),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            compiler: None,
            purpose: "a program".to_owned(),
            roles: Role::ALL.into(),
            found: Found::ByOthers,
            traces: Arc::new(Untraced),
            own_tasks: tasks::own_tasks(),
            config,
        }
    }
}

/// A server that runs. Stop it with [`App::stop`]; dropped, it ends without order, as if killed.
pub struct App {
    /// Where it is reached: `http://127.0.0.1:8080`.
    pub url: String,
    /// What it listens on.
    pub address: SocketAddr,
    /// Whether the API is there.
    pub serves: bool,
    /// What it works with.
    pub services: Arc<Services>,
    /// A bearer token that lets its holder do everything while this app runs.
    pub local_secret: String,
    metrics: Option<Metrics>,
    backends: Backends,
    http: tokio::task::JoinHandle<()>,
    loops: JoinSet<()>,
    stop_http: CancellationToken,
    stop_loops: CancellationToken,
    patience: Duration,
    /// The last to be dropped: while it is held, the data folder is this app's.
    held: (Option<ServerFile>, DataDir),
}

impl App {
    /// Where metrics are, if the operator wants them.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|metrics| metrics.address)
    }
}
