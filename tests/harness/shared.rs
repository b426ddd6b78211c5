//! Services that several nodes share: a database, a prefix in the search engine and one in the cache,
//! of one test alone.

use repono_server::app::AppConfig;
use sqlx::migrate::MigrateDatabase as _;
use url::Url;

use crate::{Proxy, TestApp, guests};

/// What the nodes of one test share.
pub struct Shared {
    url: Url,
    name: String,
    /// Between the nodes and the database.
    pub database: Proxy,
    /// Between the nodes and the search engine.
    pub search: Proxy,
    /// Between the nodes and the cache.
    pub cache: Proxy,
}

impl Shared {
    /// Makes an empty database with tables; the rest needs no making.
    pub async fn new() -> Self {
        let name = format!("repono_test_{:016x}", rand::random::<u64>());
        let mut url = parse("REPONO_TEST_POSTGRESQL");
        url.set_path(&name);
        sqlx::Postgres::create_database(url.as_str()).await.unwrap();
        let shared = Self {
            database: Proxy::to(&url).await,
            search: Proxy::to(&parse("REPONO_TEST_SEARCH")).await,
            cache: Proxy::to(&parse("REPONO_TEST_REDIS")).await,
            url,
            name,
        };
        let options = repono_adapters::sql::ServerOptions {
            url: shared.url.to_string(),
            connections: 1,
            acquire_timeout: std::time::Duration::from_secs(10),
            answer_timeout: std::time::Duration::from_secs(30),
        };
        repono_adapters::sql::Postgres::migrate(&options).await.unwrap();
        shared
    }

    /// A node with all roles that brings the shipped plugins.
    pub async fn node(&self) -> TestApp {
        self.node_with(|_| {}).await
    }

    /// The same, changed.
    pub async fn node_with(&self, change: impl FnOnce(&mut AppConfig)) -> TestApp {
        TestApp::node(|app| {
            app.config.database.url = self.database.through(&self.url);
            app.config.search.url = self.search.through(&parse("REPONO_TEST_SEARCH"));
            app.config.search.request_timeout_ms = 5_000;
            app.config.search.prefix = self.search_prefix();
            app.config.search.replicas = 0;
            app.config.cache.url = self.cache.through(&parse("REPONO_TEST_REDIS"));
            app.config.cache.prefix = self.cache_prefix();
            app.shipped = guests::shipped();
            change(app);
        })
        .await
    }

    /// Writes a configuration into a folder with which a process of its own is another node, past
    /// the proxies; `more` is added to it.
    pub fn configure(&self, folder: &std::path::Path, more: &str) {
        let text = format!(
            "[database]\nurl = '{}'\n[search]\nurl = '{}'\nprefix = '{}'\nreplicas = 0\n[cache]\nurl = '{}'\nprefix = '{}'\n{more}",
            self.url,
            parse("REPONO_TEST_SEARCH"),
            self.search_prefix(),
            parse("REPONO_TEST_REDIS"),
            self.cache_prefix(),
        );
        std::fs::write(folder.join("repono.toml"), text).unwrap();
    }

    fn search_prefix(&self) -> String {
        format!("{}-", self.name.replace('_', "-"))
    }

    fn cache_prefix(&self) -> String {
        format!("{}:", self.name)
    }

    /// The settings of a process that shares them, for its configuration.
    pub fn settings(&self) -> String {
        let database = self.database.through(&self.url);
        let search = self.search.through(&parse("REPONO_TEST_SEARCH"));
        let cache = self.cache.through(&parse("REPONO_TEST_REDIS"));
        format!(
            "database.url = '{}'\nsearch.url = '{}'\nsearch.request_timeout_ms = 5000\n\
             search.prefix = '{}'\nsearch.replicas = 0\ncache.url = '{}'\ncache.prefix = '{}'\n",
            database.reveal(),
            search.reveal(),
            self.search_prefix(),
            cache.reveal(),
            self.cache_prefix(),
        )
    }

    /// Stops the nodes and removes what they shared.
    pub async fn end(self, nodes: impl IntoIterator<Item = TestApp>) {
        for node in nodes {
            let search = std::sync::Arc::clone(&node.app.services.search);
            node.stop().await;
            for index in search.indices().await.unwrap() {
                search.remove(&index).await.unwrap();
            }
        }
        sqlx::Postgres::force_drop_database(self.url.as_str()).await.unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told in no other way")]
fn parse(variable: &str) -> Url {
    let url = std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "{variable} is not set: `cargo xtask services up` starts the service and `cargo xtask test --services` sets it"
        )
    });
    Url::parse(&url).unwrap()
}
