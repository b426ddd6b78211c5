//! The database that the configuration names.

use std::path::Path;
use std::sync::Arc;

use repono_adapters::sql::{MySql, PoolState, Postgres, ServerOptions, Sqlite};
use repono_service::ports::{self, Clock};

use crate::config::DatabaseSection;

/// A database that is open.
#[derive(Clone)]
pub(in crate::app) enum Database {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
    MySql(Arc<MySql>),
}

/// Which kind a URL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    MySql,
}

impl Kind {
    /// # Errors
    /// A sentence when there is no such kind.
    pub(crate) fn of(section: &DatabaseSection) -> anyhow::Result<Self> {
        let url = section.url.reveal();
        match url.split_once("://").map_or(url, |(scheme, _)| scheme) {
            "" => Ok(Self::Sqlite),
            "postgres" | "postgresql" => Ok(Self::Postgres),
            "mysql" | "mariadb" => Ok(Self::MySql),
            _ => anyhow::bail!(
                "the setting database.url begins with neither postgres:// nor mysql://; empty, it means SQLite in the data folder"
            ),
        }
    }
}

/// How a server is spoken to.
pub(crate) fn server_options(section: &DatabaseSection) -> anyhow::Result<ServerOptions> {
    Ok(ServerOptions {
        url: section.url.with_password_of(&section.password_file)?,
        connections: section.connections,
        acquire_timeout: section.acquire_timeout(),
        answer_timeout: section.answer_timeout(),
    })
}

impl Database {
    pub(super) async fn open(
        folder: &Path,
        section: &DatabaseSection,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let clock = Arc::clone(clock);
        Ok(match Kind::of(section)? {
            Kind::Sqlite => Self::Sqlite(Arc::new(Sqlite::open(folder, clock).await?)),
            Kind::Postgres => {
                Self::Postgres(Arc::new(Postgres::connect(&server_options(section)?, clock).await?))
            }
            Kind::MySql => {
                Self::MySql(Arc::new(MySql::connect(&server_options(section)?, clock).await?))
            }
        })
    }

    pub(in crate::app) fn port(&self) -> Arc<dyn ports::Database> {
        match self {
            Self::Sqlite(database) => Arc::clone(database) as _,
            Self::Postgres(database) => Arc::clone(database) as _,
            Self::MySql(database) => Arc::clone(database) as _,
        }
    }

    pub(in crate::app) fn pool(&self) -> PoolState {
        match self {
            Self::Sqlite(database) => database.pool(),
            Self::Postgres(database) => database.pool(),
            Self::MySql(database) => database.pool(),
        }
    }

    pub(super) async fn close(&self) -> repono_service::Result<()> {
        match self {
            Self::Sqlite(database) => return database.close().await,
            Self::Postgres(database) => database.close().await,
            Self::MySql(database) => database.close().await,
        }
        Ok(())
    }
}
