//! Folders and files that cannot hold a database.

use std::error::Error as _;
use std::path::Path;
use std::sync::Arc;

use repono_service::ports::contract::HeldClock;
use repono_service::{Error, Kind};
use sqlx::{Connection as _, Executor as _};

use crate::sql::sqlite::Sqlite;

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();

    let error = open(&folder.path().join("missing")).await;

    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(sentence(&error).starts_with("the database file cannot be opened"), "{error:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_to_is_told() {
    // Even root cannot make a file there.
    let error = open(Path::new("/proc")).await;

    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(sentence(&error).starts_with("the database file cannot be opened"), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_not_a_database_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("repono.sqlite3"),
        "this is a letter to a friend, not a database. ".repeat(100),
    )
    .unwrap();

    let error = open(folder.path()).await;

    assert_eq!(error.kind(), Kind::Internal);
    assert_eq!(error.to_string(), "the database file is not a SQLite database");
}

#[tokio::test]
async fn tables_that_a_later_release_has_cut_down_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    Sqlite::open(folder.path(), Arc::new(HeldClock::new())).await.unwrap().close().await.unwrap();
    let file = format!("sqlite://{}/repono.sqlite3", folder.path().display());
    let mut later = sqlx::SqliteConnection::connect(&file).await.unwrap();
    later.execute("update compatibility set oldest_release = '12.0.0'").await.unwrap();
    later.close().await.unwrap();

    let error = open(folder.path()).await.to_string();

    assert!(error.ends_with("run release 12.0.0 or a later one"), "{error}");
}

async fn open(folder: &Path) -> Error {
    Sqlite::open(folder, Arc::new(HeldClock::new())).await.err().unwrap()
}

fn sentence(error: &Error) -> String {
    error.source().unwrap().to_string()
}
