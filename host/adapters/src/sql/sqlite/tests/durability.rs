//! What was acknowledged is there, whatever happens next.

use repono_domain::RecordId;
use repono_service::Kind;
use repono_service::ports::{Outbox as _, Records as _, Transactions as _};

use super::open;
use crate::sql::engine::Failure;
use crate::sql::samples::publication;
use crate::sql::sqlite::Sqlite;
use crate::sql::sqlite::{
    error,
    work::{Desk, Work},
};

#[tokio::test]
async fn what_was_acknowledged_survives_a_drop_without_close() {
    let folder = tempfile::tempdir().unwrap();
    let mut ids = Vec::new();
    for round in 0..3 {
        let database = open(folder.path()).await;
        for number in 0..20 {
            let (id, changes) = publication(round * 100 + number);
            database.write(changes).await.unwrap();
            ids.push(id);
        }
        drop(database);
    }

    assert_all_there(&open(folder.path()).await, &ids).await;
}

#[tokio::test]
async fn what_was_acknowledged_survives_the_end_of_its_runtime() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let ids = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let database = open(&path).await;
            let (id, changes) = publication(1);
            database.write(changes).await.unwrap();
            // Others are under way when everything stops.
            for number in 2..50 {
                let database = database.clone();
                drop(tokio::spawn(async move { database.write(publication(number).1).await }));
            }
            vec![id]
        })
    });
    let ids = ids.join().unwrap();

    let database = open(folder.path()).await;
    assert_all_there(&database, &ids).await;
    database.write(publication(100).1).await.unwrap();
}

#[tokio::test]
async fn promises_left_by_a_crash_are_due_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    let (id, changes) = publication(1);
    database.write(changes).await.unwrap();
    let lease = jiff::SignedDuration::from_secs(30);
    assert_eq!(database.due(10, lease).await.unwrap(), [], "whoever wrote it keeps it first");
    drop(database);

    let due = open(folder.path()).await.due(10, lease).await.unwrap();

    assert_eq!(due.into_iter().map(|due| due.record).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing_until_there_is_space_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    let (before, changes) = publication(1);
    database.write(changes).await.unwrap();

    database.engine.inner.writer.run(Statement("pragma max_page_count = 1")).await.unwrap();
    let (lost, changes) = publication(2);
    let (refused, also_refused) =
        futures::join!(database.write(changes), database.write(publication(4).1));
    let refused = refused.unwrap_err();
    assert_eq!(also_refused.unwrap_err().kind(), Kind::Unavailable);
    database.engine.inner.writer.run(Statement("pragma max_page_count = 1000000")).await.unwrap();
    let (after, changes) = publication(3);
    database.write(changes).await.unwrap();

    assert_eq!(refused.kind(), Kind::Unavailable);
    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert!(source.starts_with("the disk is full, nothing of this was stored"), "{source}");
    assert_all_there(&database, &[before, after]).await;
    assert!(database.stored(&[lost]).await.unwrap()[0].record.is_none());
    assert_eq!(database.lag().await.unwrap().values().map(|lag| lag.pending).sum::<u64>(), 2);
}

#[tokio::test]
async fn the_writer_opens_its_file_anew_when_it_must() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;

    database.engine.inner.writer.run(Statement("pragma query_only = on")).await.unwrap();
    let refused = database.write(publication(1).1).await.unwrap_err();
    let (id, changes) = publication(2);
    database.write(changes).await.unwrap();

    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert!(source.starts_with("the data folder cannot be written to"), "{source}");
    assert_all_there(&database, &[id]).await;
}

#[tokio::test]
async fn a_row_that_lies_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    let (id, changes) = publication(1);
    database.write(changes).await.unwrap();
    database
        .engine
        .inner
        .writer
        .run(Statement("update revisions set document = '{'"))
        .await
        .unwrap();

    let error = database.stored(&[id]).await.unwrap_err();

    assert_eq!(error.kind(), Kind::Internal);
    let place = format!("table revisions, column document, row {id}");
    assert!(error.to_string().ends_with(&place), "{error}");
}

#[tokio::test]
async fn a_closed_database_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    let (id, changes) = publication(1);
    database.write(changes).await.unwrap();

    database.close().await.unwrap();

    assert_eq!(database.write(publication(2).1).await.unwrap_err().kind(), Kind::Unavailable);
    assert_eq!(database.stored(&[id]).await.unwrap_err().kind(), Kind::Unavailable);
    assert_eq!(database.ping().await.unwrap_err().kind(), Kind::Unavailable);
    database.close().await.unwrap();
    let files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, ["repono.sqlite3"], "the log went into the file");
    assert_all_there(&open(folder.path()).await, &[id]).await;
}

/// Runs a statement on the writer's own connection.
struct Statement(&'static str);

#[async_trait::async_trait]
impl Work for Statement {
    type Output = ();

    async fn run(&mut self, desk: &mut Desk<'_>) -> Result<(), Failure> {
        let connection = desk.open().await.map_err(error::failure)?;
        sqlx::query(self.0).execute(connection).await.map_err(error::failure)?;
        Ok(())
    }
}

async fn assert_all_there(database: &Sqlite, ids: &[RecordId]) {
    for stored in database.stored(ids).await.unwrap() {
        assert!(stored.record.is_some(), "{} is lost", stored.id);
    }
}
