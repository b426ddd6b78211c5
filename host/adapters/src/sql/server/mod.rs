//! What PostgreSQL and MySQL have in common: a pool of connections to a server that others use too,
//! and that may be slow, full, restarted or gone.
//!
//! **Invariant:** every wait ends: for a connection, for an answer, for what others hold.

mod connect;
mod migrate;
mod script;
#[cfg(test)]
#[cfg(feature = "services")]
pub(super) mod tests;
mod transact;

use std::io::ErrorKind;
use std::time::Duration;

use async_trait::async_trait;
use repono_service::{Error, Result};
use sqlx::error::DatabaseError;
use sqlx::migrate::{Migrate, Migrator};
use sqlx::{Database, Pool};

pub use self::connect::ServerOptions;
pub(super) use self::connect::{Encryption, PREPARED};
pub(super) use self::script::{Execute, Outcome, Trip, run};
#[cfg(test)]
#[cfg(feature = "services")]
pub(super) use self::tests::tests_of;
use super::bell::Bell;
use super::engine::{Connection, Engine, Transaction};
use super::meter::{self, PoolMeter, PoolState};
use super::script::{Done, Script};
use super::statement::Statement;

const NOT_SECURE: &str = "no secure connection can be made";

/// The port's name as operators know it.
const DEPENDENCY: &str = "database";

/// What one kind of server has of its own.
#[async_trait]
pub(super) trait Vendor: Database<Connection: Execute + Migrate> {
    /// Asks for the time of its clock, as [`Engine::CLOCK`] says.
    const CLOCK: &'static str;
    /// As OpenTelemetry calls it.
    const SYSTEM: &'static str;

    /// Its tables.
    fn migrator() -> &'static Migrator;

    /// Reads the URL. Certificates are verified unless it says otherwise or the server is on this
    /// machine.
    fn options(url: &str) -> Result<Options<Self>, sqlx::Error>;

    /// Makes a new connection's session one of ours. What waits longer than `limit` is to be
    /// given up by the server.
    async fn prepare(connection: &mut Self::Connection, limit: Duration)
    -> Result<(), sqlx::Error>;

    /// Refuses a server that cannot serve, in a sentence. Answers how large a statement may be with
    /// its values, if there is such a limit.
    async fn inspect(connection: &mut Self::Connection) -> Result<Option<usize>>;

    /// Waits until nobody else migrates this database, and keeps others from it as long as the
    /// connection lives. False if that takes longer than `patience`.
    async fn lock_out_others(
        connection: &mut Self::Connection,
        patience: Duration,
    ) -> Result<bool, sqlx::Error>;

    /// What tells those who wait for tasks that there are some; of this process alone if the server
    /// cannot tell others.
    fn bell(_options: Options<Self>) -> Bell {
        Bell::default()
    }

    /// What the database's own error means; none if it is nothing special.
    fn meaning(error: &dyn DatabaseError) -> Option<Meaning>;
}

/// A row as the server's driver has it.
type Row<V> = <<V as Database>::Connection as Connection>::Row;

/// How to connect.
type Options<V> = <<V as Database>::Connection as sqlx::Connection>::Options;

/// What a database's error means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Two transactions were in each other's way. Nothing is stored, and the same may work now.
    Collision,
    /// The connection is of no more use.
    Lost(&'static str),
    /// It does not serve now: full, busy, not set up as it must be.
    Unavailable(&'static str),
    /// It takes no changes, or does not any more: another server may.
    ReadOnly,
    /// What was brought is too large.
    TooLarge(&'static str),
    /// What was brought cannot be stored.
    Invalid(&'static str),
    /// A table is not there.
    NoTable,
}

/// A server's database.
pub struct Server<V: Database> {
    pool: Pool<V>,
    meter: PoolMeter,
    /// How long an answer may take.
    limit: Duration,
    /// How large a statement may be with its values.
    largest: Option<usize>,
    bell: Bell,
}

#[async_trait]
impl<V: Vendor> Engine for Server<V> {
    type Row = Row<V>;

    const CLOCK: Option<&'static str> = Some(V::CLOCK);
    const SYSTEM: &'static str = V::SYSTEM;

    async fn rows(&self, statement: Statement) -> Result<Vec<Self::Row>> {
        self.read(&statement).await
    }

    async fn run(&self, script: Script) -> Result<Done> {
        if let Some(largest) = self.largest {
            script.fits(largest)?;
        }
        match V::Connection::trips(&script).len() {
            0 => Ok(Done::default()),
            // What goes to the server alone is a transaction.
            1 => self.attempt(script, Framing::Bare).await,
            _ => self.attempt(script, Framing::Transaction).await,
        }
    }

    async fn transact<T: Transaction>(&self, transaction: T) -> Result<T::Output> {
        self.attempt(transaction, Framing::Transaction).await
    }

    async fn ping(&self) -> Result<()> {
        self.rows("select 1".into()).await.map(drop)
    }

    fn pool(&self) -> PoolState {
        meter::state(&self.pool)
    }

    fn bell(&self) -> &Bell {
        &self.bell
    }
}

/// Whether a transaction must be begun and committed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    Bare,
    Transaction,
}

/// Tells what happened, in a sentence.
fn describe<V: Vendor>(error: &sqlx::Error) -> Error {
    let told = |sentence: &str| format!("{}: {sentence} ({error})", V::NAME);
    match (meaning::<V>(error), error) {
        (Some(Meaning::Collision), _) => unavailable(told("others kept changing the same")),
        (Some(Meaning::Lost(sentence) | Meaning::Unavailable(sentence)), _) => {
            unavailable(told(sentence))
        }
        (Some(Meaning::ReadOnly), _) => {
            unavailable(told("it is read-only, as standbys and replicas are"))
        }
        (Some(Meaning::TooLarge(sentence)), _) => Error::TooLarge(sentence.to_owned()),
        (Some(Meaning::Invalid(sentence)), _) => Error::Invalid(sentence.to_owned()),
        (Some(Meaning::NoTable), _) => Error::internal(
            "the database's tables are not there; run `repono migrate`",
            error.to_string(),
        ),
        // It does not repeat what is in the URL.
        (_, sqlx::Error::Configuration(error)) => {
            Error::Internal(format!("the URL of the database cannot be read: {error}"), None)
        }
        (_, sqlx::Error::PoolTimedOut) => unavailable(told("no connection came free in time")),
        (_, sqlx::Error::PoolClosed) => unavailable("the database has been closed".to_owned()),
        (_, sqlx::Error::Tls(_)) => unavailable(told(NOT_SECURE)),
        // So the driver passes on what rustls says of a certificate.
        (_, sqlx::Error::Io(io)) if io.kind() == ErrorKind::InvalidData => {
            unavailable(told(NOT_SECURE))
        }
        _ if is_lost::<V>(error) => unavailable(told("it does not answer")),
        _ => Error::internal(format!("{} refused a statement", V::NAME), error.to_string()),
    }
}

/// For `map_err`.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(super) fn refused<V: Vendor>(error: sqlx::Error) -> Error {
    describe::<V>(&error)
}

fn unavailable(sentence: String) -> Error {
    Error::unavailable(DEPENDENCY, sentence)
}

fn meaning<V: Vendor>(error: &sqlx::Error) -> Option<Meaning> {
    V::meaning(error.as_database_error()?)
}

/// Whether the connection is of no more use.
fn is_lost<V: Vendor>(error: &sqlx::Error) -> bool {
    matches!(meaning::<V>(error), Some(Meaning::Lost(_)))
        || matches!(
            error,
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed
        )
}

/// Whether a constraint said no.
fn is_constraint(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| !matches!(error.kind(), sqlx::error::ErrorKind::Other))
}
