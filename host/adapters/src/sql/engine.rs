//! What each dialect brings: reading, and carrying out transactions. All else is written once, for
//! [`Sql`](super::Sql) on any engine.

use async_trait::async_trait;
use repono_service::{Error, Result};

use super::bell::Bell;
use super::cells::{FromCells, Row, read};
use super::meter::PoolState;
use super::script::{Done, Script};
use super::statement::Statement;

/// A database that is open.
#[async_trait]
pub(super) trait Engine: Send + Sync + 'static {
    type Row: Row;

    /// Asks for the time of the database's own clock, in the unit of the tables, after a name for it.
    /// None: whoever uses the database is one process, and has one clock.
    const CLOCK: Option<&'static str>;
    /// As OpenTelemetry calls it: `postgresql`.
    const SYSTEM: &'static str;

    /// What a statement that changes nothing finds.
    async fn rows(&self, statement: Statement) -> Result<Vec<Self::Row>>;

    /// Carries out all of the script or nothing. When it answers, it is durable.
    async fn run(&self, script: Script) -> Result<Done>;

    /// As `run`, for what must read before it knows what to do.
    async fn transact<T: Transaction>(&self, transaction: T) -> Result<T::Output>;

    /// Says whether it answers.
    async fn ping(&self) -> Result<()>;

    /// Its connections at this moment.
    fn pool(&self) -> PoolState;

    /// Rung when tasks were stored.
    fn bell(&self) -> &Bell;

    /// All rows, read.
    async fn all<T: FromCells>(&self, statement: Statement) -> Result<Vec<T>> {
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// The row, if there is one.
    async fn first<T: FromCells>(&self, statement: Statement) -> Result<Option<T>> {
        self.rows(statement).await?.first().map(read).transpose()
    }

    /// Whether there is a row.
    async fn any(&self, statement: Statement) -> Result<bool> {
        Ok(!self.rows(statement).await?.is_empty())
    }
}

/// What happens together.
#[async_trait]
pub(super) trait Transaction: Send + 'static {
    /// What it brings.
    type Output: Send + 'static;

    /// The table that it is about, for people.
    const TABLE: &'static str;

    /// Is called within a transaction. It may be called again in another one: then nothing of what
    /// it did before has happened.
    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<Self::Output, Failure>;
}

#[async_trait]
impl Transaction for Script {
    type Output = Done;

    const TABLE: &'static str = "";

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<Done, Failure> {
        connection.run(self).await
    }
}

/// Within a transaction.
#[async_trait]
pub(super) trait Connection: Send {
    type Row: Row;

    /// What a statement finds.
    async fn rows(&mut self, statement: &Statement) -> Result<Vec<Self::Row>, Failure>;

    /// Carries out the script. After a failure the transaction must be undone.
    async fn run(&mut self, script: &mut Script) -> Result<Done, Failure>;
}

/// Why a transaction came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// It cannot be done. Others are not touched.
    Refused(Error),
    /// The database failed at it.
    Broken(sqlx::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}
