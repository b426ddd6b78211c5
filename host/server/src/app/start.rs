//! Starting.

use std::net::SocketAddr;
use std::sync::Arc;

use repono_service::ports::{Clock, Database, Ids, PluginRuntime, SearchIndex};
use repono_service::{Services, Settings, plugins};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::backends::Backends;
use super::{App, AppConfig, DataDir, Found, ServerFile, first_user, gate, http};
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
        let listener = bind(&app.config.server.listen).await?;
        let address = listener.local_addr()?;
        let backends = Backends::open(folder.path(), &app).await?;
        let services = services(&backends, &app, address);
        let local_secret = secret(app.ids.as_ref());

        let (opened, ready) = watch::channel(false);
        let router = roles::http(&services, &local_secret, &app.config);
        let router = router.layer(axum::middleware::from_fn_with_state(ready, gate::gate));
        let (stop_http, stop_loops) = (CancellationToken::new(), CancellationToken::new());
        let http = tokio::spawn(http::serve(
            listener,
            router,
            app.config.server.clone(),
            stop_http.clone(),
        ));
        let url = reachable(address);
        let server_file = match app.found {
            Found::ByOthers => Some(ServerFile::write(folder.path(), &url, &local_secret)?),
            Found::ByNobody => None,
        };

        let mut running = Self {
            url,
            address,
            local_secret,
            backends,
            http,
            loops: roles::indexing(&services, &stop_loops),
            stop_http,
            stop_loops,
            patience: app.config.server.shutdown(),
            held: (server_file, folder),
            services,
        };
        if let Err(error) = running.bring_up(app).await {
            running.stop().await;
            return Err(error);
        }
        opened.send_replace(true);
        Ok(running)
    }

    async fn bring_up(&mut self, app: AppConfig) -> anyhow::Result<()> {
        let ctx = self.services.as_system();
        first_user::ensure(&ctx).await?;
        plugins::start(&ctx, app.shipped).await?;
        roles::background(&mut self.loops, &self.services, &app.config, &self.stop_loops);
        Ok(())
    }
}

fn services(backends: &Backends, app: &AppConfig, address: SocketAddr) -> Arc<Services> {
    Services::new(
        Arc::clone(&backends.database) as Arc<dyn Database>,
        Arc::clone(&backends.search) as Arc<dyn SearchIndex>,
        Arc::clone(&backends.runtime) as Arc<dyn PluginRuntime>,
        Arc::clone(&backends.cache),
        Arc::clone(&app.clock) as Arc<dyn Clock>,
        Arc::clone(&app.ids) as Arc<dyn Ids>,
        settings(&app.config, address),
    )
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
        index_wait: config.search.wait(),
        render_ttl: config.cache.render_ttl(),
        max_document_bytes: config.records.max_document_bytes,
        reserved_names: repono_api::RESERVED_NAMES.iter().map(|&name| name.to_owned()).collect(),
    }
}

async fn bind(listen: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.map_err(|error| {
        let code = if error.kind() == std::io::ErrorKind::AddrInUse {
            Code::Conflict
        } else {
            Code::Failed
        };
        failure(
            code,
            format!("{listen} cannot be listened on: {error}; name another address with --listen"),
        )
    })
}

/// Where this machine reaches what listens on `address`.
fn reachable(address: SocketAddr) -> String {
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
