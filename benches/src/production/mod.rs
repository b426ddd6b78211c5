//! The server on PostgreSQL, OpenSearch and brokers, beside these alone.
//!
//! `cargo xtask bench --services` starts them. Each measurement has a database and indices of its
//! own, made anew each time.

pub(crate) mod deposit;
pub(crate) mod lookup;
pub(crate) mod reindex;
pub(crate) mod scale;
pub(crate) mod search;
pub(crate) mod tasks;

mod cluster;
mod pgbench;
mod wire;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use sqlx::{Connection as _, PgConnection};

use crate::folder;
use crate::server::{Server, command};

use cluster::Cluster;

/// Servers to measure with.
#[derive(clap::Args)]
pub(crate) struct Services {
    /// Of a user who may create databases
    #[arg(long, value_name = "URL", required = false, requires = "opensearch")]
    postgresql: String,
    /// Without TLS, by its address
    #[arg(long, value_name = "URL", required = false, requires = "rabbitmq")]
    opensearch: String,
    /// Of a user who may make queues
    #[arg(long, value_name = "URL", required = false, requires = "redis")]
    rabbitmq: String,
    /// Without TLS
    #[arg(long, value_name = "URL", required = false, requires = "postgresql")]
    redis: String,
}

/// A database, and the beginning of the names of some indices.
struct Site {
    name: String,
    /// Of the database.
    database: String,
    cluster: Cluster,
}

impl Site {
    /// An empty one, in place of what was there.
    async fn fresh(services: &Services, name: &str) -> anyhow::Result<Self> {
        let server = &services.postgresql;
        let cluster = Cluster::at(&services.opensearch)?;
        let (base, _) = server.rsplit_once('/').context("the URL names no database")?;
        let database = format!("{base}/repono_bench_{name}");
        let mut connection = PgConnection::connect(server).await?;
        for sql in [
            format!("drop database if exists repono_bench_{name} with (force)"),
            format!("create database repono_bench_{name}"),
        ] {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
        }
        let site = Self { name: name.to_owned(), database, cluster };
        site.cluster.remove(&site.prefix()).await?;
        Ok(site)
    }

    /// Leaves nothing of it.
    async fn remove(self) -> anyhow::Result<()> {
        self.cluster.remove(&self.prefix()).await?;
        let (server, name) = self.database.rsplit_once('/').context("the URL names no database")?;
        let mut connection = PgConnection::connect(&format!("{server}/postgres")).await?;
        let sql = format!("drop database {name} with (force)");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
        Ok(())
    }

    /// Runs a statement in the database.
    async fn execute(&self, sql: &'static str) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect(&self.database).await?;
        sqlx::query(sql).execute(&mut connection).await?;
        Ok(())
    }

    /// Runs a statement with a number in the database.
    async fn execute_with(&self, sql: &'static str, number: i64) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect(&self.database).await?;
        sqlx::query(sql).bind(number).execute(&mut connection).await?;
        Ok(())
    }

    fn prefix(&self) -> String {
        format!("bench-{}-", self.name)
    }

    /// A server on it. Settings, in TOML, come at the end of the file; `search` stands in for the
    /// cluster's address.
    async fn serve(&self, settings: &str, search: Option<&str>) -> anyhow::Result<Server> {
        let config = self.config(settings, search)?;
        // Its plugins are compiled.
        let data = folder::template().await?.copy(&self.name)?;
        command(&["migrate"], &data, Some(&config))?;
        let mut server = Server::start_with(&data, Some(&config), None).await?;
        server.make_token()?;
        Ok(server)
    }

    fn config(&self, settings: &str, search: Option<&str>) -> anyhow::Result<PathBuf> {
        let mut text = String::new();
        writeln!(text, "[database]\nurl = {:?}", self.database)?;
        let search = search.map_or_else(|| self.cluster.url(), str::to_owned);
        writeln!(text, "[search]\nurl = {search:?}\nprefix = {:?}\nreplicas = 0", self.prefix())?;
        text.push_str(settings);
        let path = folder::scratch()?.join(format!("{}.toml", self.name));
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
        Ok(path)
    }
}
