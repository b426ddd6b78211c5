//! SQLite: everything that is kept, in one file of the data folder.
//!
//! Readers are a pool. There is one writer, a task with its own connection: whoever changes
//! something hands it a [`work::Work`] and waits. What waits together is committed together, with
//! one flush to the disk.
//!
//! **Invariant:** no other connection writes, and no answer leaves before its commit has.

mod accounts;
mod changes;
mod error;
mod open;
mod outbox;
mod packages;
mod preconditions;
mod queue;
mod records;
mod rows;
mod script;
mod tasks;
mod transactions;
mod vocabularies;
mod work;
mod writer;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use repono_service::ports::Clock;
use sqlx::SqlitePool;

use self::writer::Writer;

/// The database of one data folder. Cheap to clone.
#[derive(Clone)]
pub struct Sqlite {
    readers: SqlitePool,
    writer: Writer,
    clock: Arc<dyn Clock>,
}

impl Sqlite {
    /// The time now, in the unit of the tables.
    fn now(&self) -> i64 {
        self.clock.now().as_microsecond()
    }
}
