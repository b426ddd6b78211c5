//! SQLite: everything that is kept, in one file of the data folder.
//!
//! Readers are a pool. There is one writer, a task with its own connection: whoever changes
//! something hands it a [`work::Work`] and waits. What waits together is committed together, with
//! one flush to the disk.
//!
//! **Invariant:** no other connection writes, and no answer leaves before its commit has.

mod error;
mod open;
mod trips;
mod values;
mod work;
mod writer;

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use repono_service::Result;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Sqlite as Driver, SqlitePool};

#[cfg(test)]
pub(super) use self::open::MIGRATOR;
use self::trips::Trips;
use self::writer::Writer;
use super::bell::Bell;
use super::dialect::{Dialect, Locks, Numbers, Placeholder, Texts, UnlessThere};
use super::engine::{Engine, Transaction};
use super::meter::{self, PoolMeter, PoolState};
use super::script::{Done, Script};
use super::statement::Statement;

/// The database of one data folder. Cheap to clone.
pub type Sqlite = super::Sql<File>;

/// The file, open.
pub struct File {
    readers: SqlitePool,
    meter: PoolMeter,
    writer: Writer,
    bell: Bell,
}

static TEXTS: Texts = Texts::of(Dialect {
    placeholder: Placeholder::QuestionMark,
    locks: Locks::OfEverything,
    unless_there: UnlessThere::OnConflict,
    numbers: Numbers::Known,
});

#[async_trait]
impl Engine for File {
    type Row = SqliteRow;

    const CLOCK: Option<&'static str> = None;
    const SYSTEM: &'static str = "sqlite";

    async fn rows(&self, statement: Statement) -> Result<Vec<SqliteRow>> {
        let query = query(statement).map_err(error::read)?;
        let mut reader = self.meter.acquire(&self.readers).await.map_err(error::read)?;
        query.fetch_all(&mut *reader).await.map_err(error::read)
    }

    async fn run(&self, script: Script) -> Result<Done> {
        // Written out here and not by the writer, who has the work of all callers to do.
        self.writer.run(Trips::from(script)).await
    }

    async fn transact<T: Transaction>(&self, transaction: T) -> Result<T::Output> {
        self.writer.run(transaction).await
    }

    async fn ping(&self) -> Result<()> {
        if !self.writer.is_open() {
            return Err(error::closed());
        }
        self.rows("select 1".into()).await.map(drop)
    }

    fn pool(&self) -> PoolState {
        meter::state(&self.readers)
    }

    fn bell(&self) -> &Bell {
        &self.bell
    }
}

type Query = sqlx::query::Query<'static, Driver, SqliteArguments>;

fn query(statement: Statement) -> Result<Query, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for value in statement.values {
        values::add(&mut arguments, value).map_err(sqlx::Error::Encode)?;
    }
    Ok(sqlx::query_with(AssertSqlSafe(TEXTS.write(&statement.text)), arguments))
}
