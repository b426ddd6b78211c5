//! SQLite and tantivy by themselves, used as generously as durability allows.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use repono_service::ports::IndexDefinition;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, QueryBuilder, Sqlite, SqliteConnection};
use tantivy::Index;

use super::layout::Layout;
use crate::folder;

/// Rows of a transaction, as in an import.
const BATCH: usize = 200;
/// What tantivy gathers in memory before it writes a segment.
const MEMORY_BYTES: usize = 200_000_000;

/// Everything that the clock should not see made.
pub(super) struct Prepared {
    /// Documents, as they came.
    pub(super) texts: Vec<String>,
    /// Search documents.
    pub(super) search: Vec<Value>,
    pub(super) definition: IndexDefinition,
}

/// Stores and indexes all documents, until they are durable and are found.
///
/// One statement inserts the rows of a transaction; tantivy indexes on as many threads as there are
/// processors while SQLite waits for the disk, and commits once.
pub(super) async fn fill(prepared: &Prepared) -> anyhow::Result<Duration> {
    let folder = folder::empty("backends")?;
    let mut database = database(&folder.join("records.sqlite3")).await?;
    let layout = Layout::of(&prepared.definition);
    let index = layout.index(&folder.join("search"))?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);

    let begun = Instant::now();
    let mut writer = index.writer_with_num_threads(threads, MEMORY_BYTES)?;
    let mut number = 0;
    for (texts, search) in prepared.texts.chunks(BATCH).zip(prepared.search.chunks(BATCH)) {
        for document in search {
            writer.add_document(layout.document(document))?;
        }
        insert(&mut database, number, texts).await?;
        number += texts.len();
    }
    writer.commit()?;
    let found = found(&index)?;
    let took = begun.elapsed();

    ensure!(
        found == prepared.search.len(),
        "{found} of {} documents are found",
        prepared.search.len()
    );
    database.close().await?;
    Ok(took)
}

async fn database(file: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut database = options.connect().await?;
    sqlx::query("create table records (id integer primary key, body text not null)")
        .execute(&mut database)
        .await?;
    Ok(database)
}

async fn insert(
    database: &mut SqliteConnection,
    first: usize,
    texts: &[String],
) -> anyhow::Result<()> {
    let mut rows: QueryBuilder<Sqlite> = QueryBuilder::new("insert into records (id, body) ");
    let first = i64::try_from(first)?;
    rows.push_values((first..).zip(texts), |mut row, (id, text)| {
        row.push_bind(id).push_bind(text.as_str());
    });
    let mut transaction = database.begin().await?;
    rows.build().execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

fn found(index: &Index) -> anyhow::Result<usize> {
    let searcher = index.reader()?.searcher();
    Ok(searcher.search(&tantivy::query::AllQuery, &tantivy::collector::Count)?)
}
