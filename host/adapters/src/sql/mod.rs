//! Everything that is kept in SQL, in SQLite, PostgreSQL, or MariaDB and MySQL.
//!
//! A statement is written once for all of them (`statement`), in what they share; `dialect` writes
//! out the few things in which they differ. Each has a room of its own for what it alone has:
//! `sqlite` a file with one writer, `server` the pools, retries and time-outs of both servers,
//! `postgres` and `mysql` their connections, errors and values.
//!
//! # Adding a statement
//!
//! 1. A change is a function in `changes`, a read stands beside its neighbours.
//! 2. Its columns are read in their order by a `FromCells`.
//! 3. A test in the port's contract runs it on every database.
//!
//! **Invariant:** no text of a statement is made of what a caller brings.

mod accounts;
mod announcements;
mod bell;
mod cells;
mod changes;
mod compatibility;
mod dialect;
mod dois;
mod engine;
#[cfg(test)]
mod hostile;
mod indices;
mod kv;
mod letters;
mod meter;
mod mysql;
mod nodes;
mod observed;
mod outbox;
mod packages;
mod pauses;
mod postgres;
mod preconditions;
mod queue;
mod records;
#[cfg(test)]
mod samples;
mod schedules;
mod script;
mod server;
mod sqlite;
mod statement;
mod tasks;
mod transactions;
mod vocabularies;
mod webhooks;
mod workflows;

use std::sync::Arc;

use jiff::SignedDuration;
use repono_service::ports::Clock;

use self::engine::Engine;
use self::observed::Observed;

pub use self::meter::PoolState;
pub(crate) use self::meter::describe;
pub use self::mysql::MySql;
pub use self::postgres::Postgres;
pub use self::server::ServerOptions;
pub use self::sqlite::Sqlite;

/// A database of any kind. Cheap to clone.
pub struct Sql<E> {
    engine: Arc<Observed<E>>,
    clock: Arc<dyn Clock>,
}

impl<E> Clone for Sql<E> {
    fn clone(&self) -> Self {
        Self { engine: Arc::clone(&self.engine), clock: Arc::clone(&self.clock) }
    }
}

#[expect(private_bounds, reason = "the engines are named by what is public")]
impl<E: Engine> Sql<E> {
    fn new(engine: E, clock: Arc<dyn Clock>) -> Self {
        Self { engine: Arc::new(Observed::new(engine)), clock }
    }

    /// Its connections for reading; those of a server for everything.
    pub fn pool(&self) -> PoolState {
        self.engine.pool()
    }
}

impl<E> Sql<E> {
    /// The time now, in the unit of the tables.
    fn now(&self) -> i64 {
        self.clock.now().as_microsecond()
    }

    /// The time when something that begins now is over.
    fn after(&self, duration: SignedDuration) -> i64 {
        self.now().saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{mysql, postgres, sqlite};

    #[test]
    fn every_dialect_has_the_same_migrations_and_all_are_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        let names = |dialect: &str| {
            let files = std::fs::read_dir(folder.join(dialect)).unwrap();
            let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
            names.sort_unstable();
            names
        };

        for (dialect, migrator) in [
            ("sqlite", &sqlite::MIGRATOR),
            ("postgres", &postgres::MIGRATOR),
            ("mysql", &mysql::MIGRATOR),
        ] {
            assert_eq!(names(dialect), names("sqlite"));
            let embedded = migrator.iter().count();
            assert_eq!(embedded, names(dialect).len(), "see the end of migrations/README.md");
        }
    }
}
