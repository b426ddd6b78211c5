//! How fast records are written. To see it:
//! `cargo test --release -p repono-adapters sql::sqlite::tests::throughput -- --ignored --nocapture`.

use std::time::Instant;

use futures::StreamExt as _;
use futures::stream;
use repono_service::ports::{Records as _, Transactions as _};

use super::open;
use crate::sql::samples::publication;

const UNITS: u64 = 40_000;
const CALLERS: usize = 256;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints a number and asserts nothing about it"]
async fn writes_by_many_callers() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    let publications: Vec<_> = (0..UNITS).map(publication).collect();

    let start = Instant::now();
    let mut ids = Vec::new();
    let mut writes = stream::iter(publications).map(|(id, changes)| {
        let database = database.clone();
        ids.push(id);
        tokio::spawn(async move { database.write(changes).await.unwrap() })
    });
    let mut writes = writes.by_ref().buffer_unordered(CALLERS);
    while let Some(written) = writes.next().await {
        assert_eq!(written.unwrap().outbox.len(), 1);
    }
    drop(writes);
    report("published records", UNITS, start);

    let start = Instant::now();
    for ids in ids.chunks(256) {
        assert!(database.stored(ids).await.unwrap().iter().all(|stored| stored.record.is_some()));
    }
    report("read records by 256", UNITS, start);
    database.close().await.unwrap();
}

#[expect(clippy::cast_precision_loss, reason = "a number to look at")]
fn report(what: &str, count: u64, start: Instant) {
    println!("{what}: {:.0} a second", count as f64 / start.elapsed().as_secs_f64());
}
