//! Services that several nodes share: a database, a prefix in the search engine and one in the cache,
//! of one test alone.

use std::path::Path;
use std::time::Duration;

use repono_adapters::sql::{MySql, Postgres, ServerOptions};
use repono_server::app::{App, AppConfig, Role};
use repono_server::config::SecretUrl;
use sqlx::migrate::MigrateDatabase as _;
use url::Url;

use crate::{Client, Proxy, ServerProcess, TestApp, guests, template};

/// Where what is shared lies; by default on the servers that all tests use.
pub struct Servers {
    /// A PostgreSQL or MariaDB.
    pub database: Url,
    /// An OpenSearch.
    pub search: Url,
    /// A Redis.
    pub cache: Url,
}

impl Default for Servers {
    fn default() -> Self {
        Self {
            database: service("REPONO_TEST_POSTGRESQL"),
            search: service("REPONO_TEST_SEARCH"),
            cache: service("REPONO_TEST_REDIS"),
        }
    }
}

/// What the nodes of one test share.
pub struct Shared {
    /// Of the database itself, past the proxy.
    pub url: Url,
    search_url: Url,
    cache_url: Url,
    name: String,
    /// Between the nodes and the database.
    pub database: Proxy,
    /// Between the nodes and the search engine.
    pub search: Proxy,
    /// Between the nodes and the cache.
    pub cache: Proxy,
}

impl Shared {
    /// On PostgreSQL: makes an empty database with tables; the rest needs no making.
    pub async fn new() -> Self {
        Self::on(Servers::default()).await
    }

    /// The same on MariaDB.
    pub async fn on_mariadb() -> Self {
        Self::on(Servers { database: service("REPONO_TEST_MYSQL"), ..Servers::default() }).await
    }

    /// The same on other servers, some of the test's own perhaps.
    pub async fn on(servers: Servers) -> Self {
        let Servers { database, search: search_url, cache: cache_url } = servers;
        let name = format!("repono_test_{:016x}", rand::random::<u64>());
        let mut url = database;
        url.set_path(&name);
        let made = if is_postgres(&url) {
            sqlx::Postgres::create_database(url.as_str()).await
        } else {
            sqlx::MySql::create_database(url.as_str()).await
        };
        made.unwrap();
        let shared = Self {
            database: Proxy::to(&url).await,
            search: Proxy::to(&search_url).await,
            cache: Proxy::to(&cache_url).await,
            search_url,
            cache_url,
            url,
            name,
        };
        shared.migrate().await;
        shared
    }

    /// What `repono migrate` does.
    pub async fn migrate(&self) {
        let options = ServerOptions {
            url: self.url.to_string(),
            connections: 1,
            acquire_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(30),
        };
        let migrated = if is_postgres(&self.url) {
            Postgres::migrate(&options).await
        } else {
            MySql::migrate(&options).await
        };
        migrated.unwrap();
    }

    /// A node with all roles that brings the shipped plugins.
    pub async fn node(&self) -> TestApp {
        self.node_with(|_| {}).await
    }

    /// The same, changed.
    pub async fn node_with(&self, change: impl FnOnce(&mut AppConfig)) -> TestApp {
        TestApp::node(|app| {
            self.wire(app);
            change(app);
        })
        .await
    }

    /// Writes a configuration into a folder with which a process of its own is another node, past
    /// the proxies; `more` is added to it.
    pub fn configure(&self, folder: &Path, more: &str) {
        let settings = self.settings_on(&self.url, &self.search_url, &self.cache_url);
        ServerProcess::configure(folder, &format!("{settings}{more}"));
    }

    /// The settings of a process that shares them, for its configuration.
    pub fn settings(&self) -> String {
        let [database, search, cache] = self.through();
        self.settings_on(&database, &search, &cache)
    }

    fn settings_on(&self, database: &Url, search: &Url, cache: &Url) -> String {
        format!(
            "database.url = '{database}'\nsearch.url = '{search}'\nsearch.request_timeout_ms = 5000\n\
             search.prefix = '{}'\nsearch.replicas = 0\ncache.url = '{cache}'\ncache.prefix = '{}'\n",
            self.prefix(),
            self.cache_prefix(),
        )
    }

    /// Why a node does not start.
    pub async fn refusal(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut app = template::config(folder.path());
        self.wire(&mut app);
        let error = App::start(app).await.err().expect("it does not start");
        format!("{error:#}")
    }

    /// A node in a process of its own, with these roles. `entry` is as for [`ServerProcess::start`].
    pub async fn process(&self, entry: &str, folder: &Path, roles: &[Role]) -> ServerProcess {
        self.process_with(entry, folder, roles, "").await
    }

    /// The same; `more` is added to its configuration.
    pub async fn process_with(
        &self,
        entry: &str,
        folder: &Path,
        roles: &[Role],
        more: &str,
    ) -> ServerProcess {
        template::with_plugins().await;
        template::copy_compiled(folder);
        ServerProcess::configure(folder, &format!("{}{more}", self.settings()));
        ServerProcess::start_in(entry, folder, roles).await
    }

    /// The search engine itself, past the proxy.
    pub fn cluster(&self) -> Client {
        Client::of(self.search_url.as_str().trim_end_matches('/'), None)
    }

    /// Begins the names of this test's indices.
    pub fn prefix(&self) -> String {
        format!("{}-", self.name.replace('_', "-"))
    }

    /// The way to a broker, and its URL that leads through it.
    pub async fn broker(variable: &str) -> (Proxy, SecretUrl) {
        let url = service(variable);
        let proxy = Proxy::to(&url).await;
        let through = secret(proxy.through(&url).as_str());
        (proxy, through)
    }

    /// Stops the nodes and removes what they shared.
    pub async fn end(self, nodes: impl IntoIterator<Item = TestApp>) {
        for node in nodes {
            node.stop().await;
        }
        let indices = format!("/_cat/indices/{}*?h=index&expand_wildcards=all", self.prefix());
        for index in self.cluster().get(&indices).await.expect(200).text().split_whitespace() {
            self.cluster().delete(&format!("/{index}")).await.expect(200);
        }
        let dropped = if is_postgres(&self.url) {
            sqlx::Postgres::force_drop_database(self.url.as_str()).await
        } else {
            sqlx::MySql::drop_database(self.url.as_str()).await
        };
        dropped.unwrap();
    }

    fn cache_prefix(&self) -> String {
        format!("{}:", self.name)
    }

    /// Database, search engine and cache, through the proxies.
    fn through(&self) -> [Url; 3] {
        [
            self.database.through(&self.url),
            self.search.through(&self.search_url),
            self.cache.through(&self.cache_url),
        ]
    }

    fn wire(&self, app: &mut AppConfig) {
        let config = &mut app.config;
        let [database, search, cache] = self.through().map(|url| secret(url.as_str()));
        config.database.url = database;
        config.search.url = search;
        config.search.request_timeout_ms = 5_000;
        config.search.prefix = self.prefix();
        config.search.replicas = 0;
        config.cache.url = cache;
        config.cache.prefix = self.cache_prefix();
        app.shipped = guests::shipped();
    }
}

fn is_postgres(url: &Url) -> bool {
    url.scheme().starts_with("postgres")
}

fn secret(url: &str) -> SecretUrl {
    serde_json::from_value(url.into()).unwrap()
}

/// Where a service is that the tests were given.
#[expect(clippy::disallowed_methods, reason = "tests are told in no other way")]
pub fn service(variable: &str) -> Url {
    let url = std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "{variable} is not set: `cargo xtask services up` starts the service and `cargo xtask test --services` sets it"
        )
    });
    Url::parse(&url).unwrap()
}
