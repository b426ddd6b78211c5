//! Starting.

use std::net::SocketAddr;
use std::sync::Arc;

use repono_domain::Node;
use repono_service::ports::{Clock, Ids, PluginRuntime};
use repono_service::queues::Workers;
use repono_service::{Context, Ports, Services, Settings, plugins, schedules, webhooks};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::backends::{self, Backends};
use super::{App, AppConfig, DataDir, Found, Role, ServerFile, first_user, gate, http, metrics};
use crate::config::Config;
use crate::failure::{Code, failure};
use crate::roles;

impl App {
    /// Starts everything, and answers when it is ready for requests.
    ///
    /// # Errors
    /// A sentence for the operator: the folder in use, the port taken, the database damaged.
    pub async fn start(app: AppConfig) -> anyhow::Result<Self> {
        let folder = DataDir::take(&app.config.data.dir, &app.purpose)?;
        let metrics = metrics::Bound::to(&app.config.metrics).await?;
        let listener =
            bind(&app.config.server.listen, "name another address with --listen").await?;
        let address = listener.local_addr()?;
        let backends = Box::pin(Backends::open(folder.path(), &app)).await?;
        if !app.config.database.url.is_empty() {
            roles::tell_the_time(&*backends.database.port(), &backends.clock).await?;
        }
        let metrics =
            metrics.map(|bound| bound.serve(backends.database.clone(), &app.config.server));
        let services = services(&backends, &app, address)?;
        let local_secret = secret(app.ids.as_ref());

        let (opened, ready) = watch::channel(false);
        let router = roles::http(&services, &local_secret, &app.config, &app.roles);
        let router = router.layer(axum::middleware::from_fn_with_state(ready, gate::gate));
        let (stop_http, stop_loops) = (CancellationToken::new(), CancellationToken::new());
        let http = tokio::spawn(http::serve(
            listener,
            router,
            app.config.server.clone(),
            stop_http.clone(),
        ));
        let url = reachable(address);
        let serves = app.roles.contains(&Role::Serve);
        let server_file = match app.found {
            Found::ByOthers if serves => {
                Some(ServerFile::write(folder.path(), &url, &local_secret)?)
            }
            Found::ByOthers | Found::ByNobody => None,
        };

        let mut running = Self {
            url,
            address,
            serves,
            local_secret,
            metrics,
            backends,
            http,
            loops: roles::short_cut(&services, &stop_loops),
            stop_http,
            stop_loops,
            patience: app.config.server.shutdown(),
            held: (server_file, folder),
            services,
        };
        if let Err(error) = Box::pin(running.bring_up(app)).await {
            running.stop().await;
            return Err(error);
        }
        opened.send_replace(true);
        Ok(running)
    }

    async fn bring_up(&mut self, app: AppConfig) -> anyhow::Result<()> {
        let ctx = self.services.as_system();
        if self.serves {
            first_user::ensure(&ctx).await?;
        }
        plugins::start(&ctx, app.shipped).await?;
        webhooks::load(&ctx).await?;
        if app.roles.contains(&Role::Schedule) {
            follow_schedules(&ctx, &app.config).await?;
        }
        if self.services.settings.shared {
            let clock = Arc::clone(&self.backends.clock);
            self.loops.spawn(roles::keep_time(ctx, clock, self.stop_loops.clone()));
        }
        roles::background(
            &mut self.loops,
            &self.services,
            &app.config,
            &app.roles,
            &self.stop_loops,
        );
        Ok(())
    }
}

/// Brings the schedules of the configuration and of the plugins in force in line with these.
async fn follow_schedules(ctx: &Context, config: &Config) -> anyhow::Result<()> {
    let of_configuration =
        config.schedules.iter().map(|(name, setting)| (name.clone(), setting.into())).collect();
    let mut told = schedules::follow_configuration(ctx, &of_configuration).await?;
    told.extend(schedules::follow(ctx).await?);
    for sentence in told {
        tracing::warn!("{sentence}");
    }
    Ok(())
}

fn services(
    backends: &Backends,
    app: &AppConfig,
    address: SocketAddr,
) -> anyhow::Result<Arc<Services>> {
    let ports = Ports {
        database: backends.database.port(),
        queue: backends.queue.port(),
        broker: backends.queue.broker.clone(),
        search: backends.search.port(),
        runtime: Arc::clone(&backends.runtime) as Arc<dyn PluginRuntime>,
        fetcher: Arc::clone(&backends.fetcher),
        cache: Arc::clone(&backends.cache),
        counters: Arc::clone(&backends.counters),
        mailer: Arc::clone(&backends.mailer),
        agency: backends.agency.clone(),
        receivers: Arc::clone(&backends.receivers),
        clock: Arc::clone(&backends.clock) as Arc<dyn Clock>,
        ids: Arc::clone(&app.ids),
        traces: Arc::clone(&app.traces),
    };
    let node = node(app, &*backends.clock);
    let works = app.roles.contains(&Role::Work);
    let workers = if works { app.config.tasks.workers() } else { Workers::default() };
    let settings = settings(&app.config, address);
    let templates = backends::templates(&app.config.mail)?;
    Ok(Services::new(ports, app.own_tasks.clone(), node, settings, workers, templates))
}

fn node(app: &AppConfig, clock: &dyn Clock) -> Node {
    let started = clock.now();
    Node {
        id: app.ids.task().0,
        name: rustix::system::uname().nodename().to_string_lossy().into_owned(),
        roles: app.roles.iter().map(|role| role.as_str().to_owned()).collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started,
        seen: started,
        generation: 0,
        problem: None,
        works_on: None,
    }
}

fn settings(config: &Config, address: SocketAddr) -> Settings {
    let site_url = match config.server.site_url.trim_end_matches('/') {
        "" => reachable(address),
        site_url => site_url.to_owned(),
    };
    Settings {
        api_url: format!("{site_url}/api"),
        site_url,
        doi_resolver: config.doi.resolver.clone(),
        doi_prefix: Some(config.doi.prefix.clone()).filter(|prefix| !prefix.is_empty()),
        oai_prefix: config.oai.prefix.clone(),
        indexing: (&config.indexing).into(),
        render_ttl: config.cache.render_ttl(),
        max_document_bytes: config.records.max_document_bytes,
        reserved_names: repono_api::RESERVED_NAMES.iter().map(|&name| name.to_owned()).collect(),
        tasks: config.tasks.kept(),
        records: config.records.kept(),
        shared: !config.database.url.is_empty(),
        most_waiting: config.tasks.most_waiting(),
        limits: (&config.limits).into(),
        plugins: (&config.plugins.limits).into(),
        webhooks: config.webhooks.patience(),
    }
}

/// `remedy` completes the sentence of an address that is taken.
pub(super) async fn bind(listen: &str, remedy: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.map_err(|error| {
        let code = if error.kind() == std::io::ErrorKind::AddrInUse {
            Code::Conflict
        } else {
            Code::Failed
        };
        failure(code, format!("{listen} cannot be listened on: {error}; {remedy}"))
    })
}

/// Where this machine reaches what listens on `address`.
pub(super) fn reachable(address: SocketAddr) -> String {
    let host = match address {
        SocketAddr::V4(_) if address.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V6(_) if address.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    };
    format!("http://{host}:{}", address.port())
}

fn secret(ids: &dyn Ids) -> String {
    repono_domain::Digest::from_sha256(ids.secret()).as_str().to_owned()
}
