//! Opening and closing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use repono_service::ports::Clock;
use repono_service::{Error, Result};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::writer::Writer;
use super::{File, Sqlite, error};
use crate::sql::bell::Bell;
use crate::sql::compatibility;
use crate::sql::engine::Engine as _;
use crate::sql::meter::PoolMeter;

/// Name of the database in the data folder. Beside it lie its log and the log's index.
const NAME: &str = "repono.sqlite3";

pub(in crate::sql) static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// Readers share the processor with everything else: more of them only wait for it in turn.
const READERS: u32 = 8;

/// Another program in the file, such as a backup, is waited for so long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Distinct scripts that stay prepared: a transaction of each shape in use.
const PREPARED: usize = 512;

impl Sqlite {
    /// Opens the database in `dir` or makes one, and brings its tables up to date.
    ///
    /// Whoever opens it keeps others from doing so: nothing here does. Every promise to the search
    /// index is due at once, as whoever was about to keep it may be gone.
    ///
    /// # Errors
    /// Says in a sentence what is wrong with the folder or the file.
    pub async fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let options = options(&dir.join(NAME));
        let mut connection = options.connect().await.map_err(error::read)?;
        migrate(&mut connection).await?;
        let oldest = sqlx::query(compatibility::OLDEST).fetch_all(&mut connection).await;
        compatibility::judge(&oldest.map_err(error::read)?)?;
        let now = clock.now().as_microsecond();
        sqlx::query("update outbox set due_at = ? where due_at > ?")
            .bind(now)
            .bind(now)
            .execute(&mut connection)
            .await
            .map_err(error::read)?;

        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY_TIMEOUT)
            .test_before_acquire(false)
            .connect_lazy_with(reader_options(&options));
        let writer = Writer::start(connection, options);
        let meter = PoolMeter::new(File::SYSTEM);
        Ok(Self::new(File { readers, meter, writer, bell: Bell::default() }, clock))
    }

    /// Finishes what was asked for and closes the file in order. All that comes later is refused.
    pub async fn close(&self) -> Result<()> {
        self.engine.inner.readers.close().await;
        self.engine.inner.writer.close().await
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An answer means that it is on the disk.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(PREPARED)
        // Savepoints keep what they may have to undo in temporary files otherwise.
        .pragma("temp_store", "memory")
        // In kibibytes when negative: enough for the inner pages of the indices of a million records.
        .pragma("cache_size", "-65536")
        // In pages: a page that changes often moves from the log to the file once in 64 MiB. More
        // would spare writes, but the one write that moves them all waits the longer.
        .pragma("wal_autocheckpoint", "16384")
        // In bytes: the log is cut back to this after it had to grow under a long read.
        .pragma("journal_size_limit", "134217728")
        .optimize_on_close(true, 400)
}

fn reader_options(options: &SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .clone()
        .create_if_missing(false)
        .pragma("query_only", "on")
        // What a reader keeps is void after the next commit.
        .pragma("cache_size", "-4096")
        .optimize_on_close(false, None)
}

async fn migrate(connection: &mut SqliteConnection) -> Result<()> {
    let mut migrator = Migrator { migrations: MIGRATOR.migrations.clone(), ..Migrator::DEFAULT };
    // A binary runs on the schema of its successor: that is what a rollback leaves.
    migrator.set_ignore_missing(true);
    migrator.run_direct(None, connection, false).await.map_err(|failure| match failure {
        MigrateError::Execute(failure) | MigrateError::ExecuteMigration(failure, _) => {
            error::describe(&failure)
        }
        other => Error::internal("the database's tables cannot be brought up to date", other),
    })
}
