//! [`crate::ports::Outbox`]: every promise is handed out until it is kept.

use jiff::SignedDuration;
use repono_domain::RecordId;

use super::HeldClock;
use super::samples::{collection, digest, id};
use crate::ports::{Change, Clock as _, Database, Due, OutboxLag, Quarantined};

/// Longer than whoever writes a promise has for keeping it before others do.
const A_WHILE: SignedDuration = SignedDuration::from_secs(60);
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// Runs the whole suite on an empty database.
pub async fn keeps_the_contract(database: &dyn Database, clock: &HeldClock) {
    a_promise_is_handed_out_until_it_is_kept(database, clock).await;
    each_record_is_handed_out_once_by_its_highest_number(database, clock).await;
    what_is_promised_anew_while_it_is_kept_stays(database, clock).await;
    promises_come_oldest_first_and_not_more_than_asked_for(database, clock).await;
    a_postponed_promise_waits_and_counts_its_tries(database, clock).await;
    a_quarantined_record_is_left_alone_until_it_is_released(database, clock).await;
    a_record_that_is_indexed_leaves_quarantine(database, clock).await;
    numbers_grow_even_when_the_highest_is_struck_out(database).await;
    lag_tells_how_many_and_since_when(database, clock).await;
}

async fn a_promise_is_handed_out_until_it_is_kept(database: &dyn Database, clock: &HeldClock) {
    let record = id();
    let seq = promise(database, record).await;
    clock.pass(A_WHILE);

    let handed_out = due(database).await;
    assert_eq!(handed_out, [Due { seq, collection: collection("records"), record, attempts: 0 }]);
    assert_eq!(due(database).await, [], "it is in someone's hands");
    clock.pass(LEASE);
    assert_eq!(due(database).await, handed_out, "its lease is over");
    database.kept(&[(record, seq)]).await.unwrap();
    clock.pass(A_WHILE);
    assert_eq!(due(database).await, []);
}

async fn each_record_is_handed_out_once_by_its_highest_number(
    database: &dyn Database,
    clock: &HeldClock,
) {
    let (often, once) = (id(), id());
    promise(database, often).await;
    let between = promise(database, once).await;
    promise(database, often).await;
    let last = promise(database, often).await;
    clock.pass(A_WHILE);

    assert_eq!(numbers(due(database).await), [between, last]);
    assert_eq!(due(database).await, [], "the lower numbers went with the highest");
    database.kept(&[(often, last), (once, between)]).await.unwrap();
    assert_eq!(database.lag().await.unwrap().pending, 0);
}

async fn what_is_promised_anew_while_it_is_kept_stays(database: &dyn Database, clock: &HeldClock) {
    let record = id();
    let first = promise(database, record).await;
    clock.pass(A_WHILE);
    assert_eq!(numbers(due(database).await), [first]);
    let second = promise(database, record).await;

    database.kept(&[(record, first)]).await.unwrap();

    clock.pass(A_WHILE);
    assert_eq!(numbers(due(database).await), [second]);
    database.kept(&[(record, second)]).await.unwrap();
}

async fn promises_come_oldest_first_and_not_more_than_asked_for(
    database: &dyn Database,
    clock: &HeldClock,
) {
    let records: Vec<RecordId> = (0..5).map(|_| id()).collect();
    let mut promised = Vec::new();
    for record in &records {
        promised.push(promise(database, *record).await);
    }
    clock.pass(A_WHILE);

    let first = numbers(database.due(2, LEASE).await.unwrap());
    let rest = numbers(database.due(10, LEASE).await.unwrap());

    assert_eq!(first, promised[..2]);
    assert_eq!(rest, promised[2..]);
    let kept: Vec<_> = records.into_iter().zip(promised).collect();
    database.kept(&kept).await.unwrap();
}

async fn a_postponed_promise_waits_and_counts_its_tries(
    database: &dyn Database,
    clock: &HeldClock,
) {
    let record = id();
    promise(database, record).await;
    let seq = promise(database, record).await;
    clock.pass(A_WHILE);
    due(database).await;

    database.postpone(seq, clock.now() + A_WHILE, "the search engine is down").await.unwrap();

    clock.pass(LEASE);
    assert_eq!(due(database).await, [], "also its lower numbers wait");
    clock.pass(A_WHILE);
    let handed_out = due(database).await;
    assert_eq!((handed_out[0].seq, handed_out[0].attempts), (seq, 1));
    database.kept(&[(record, seq)]).await.unwrap();
    database.postpone(seq, clock.now(), "it is kept already").await.unwrap();
    assert_eq!(database.lag().await.unwrap().pending, 0);
}

async fn a_quarantined_record_is_left_alone_until_it_is_released(
    database: &dyn Database,
    clock: &HeldClock,
) {
    let record = id();
    let seq = promise(database, record).await;
    clock.pass(A_WHILE);
    due(database).await;
    let entry = quarantined(record, clock);

    database.quarantine(seq, &entry).await.unwrap();
    let again = Quarantined { reason: "it still does not fit".to_owned(), ..entry };
    database.quarantine(seq, &again).await.unwrap();

    clock.pass(A_WHILE);
    assert_eq!(due(database).await, []);
    assert_eq!(database.quarantined(10).await.unwrap(), [again]);
    assert_eq!(database.release_quarantined(&collection("another")).await.unwrap(), 0);
    assert_eq!(database.release_quarantined(&collection("records")).await.unwrap(), 1);
    assert_eq!(database.quarantined(10).await.unwrap(), []);
    let handed_out = due(database).await;
    assert_eq!((handed_out[0].record, handed_out[0].attempts), (record, 0));
    database.kept(&[(record, handed_out[0].seq)]).await.unwrap();
}

async fn a_record_that_is_indexed_leaves_quarantine(database: &dyn Database, clock: &HeldClock) {
    let record = id();
    let first = promise(database, record).await;
    database.quarantine(first, &quarantined(record, clock)).await.unwrap();
    let second = promise(database, record).await;

    database.kept(&[(record, second)]).await.unwrap();

    assert_eq!(database.quarantined(10).await.unwrap(), []);
}

async fn numbers_grow_even_when_the_highest_is_struck_out(database: &dyn Database) {
    let record = id();
    let first = promise(database, record).await;
    database.kept(&[(record, first)]).await.unwrap();

    let second = promise(database, record).await;

    assert!(second > first);
    database.kept(&[(record, second)]).await.unwrap();
}

async fn lag_tells_how_many_and_since_when(database: &dyn Database, clock: &HeldClock) {
    assert_eq!(database.lag().await.unwrap(), OutboxLag::default());
    let (one, other) = (id(), id());
    let since = clock.now();
    let first = promise(database, one).await;
    clock.pass(A_WHILE);
    let second = promise(database, other).await;

    assert_eq!(database.lag().await.unwrap(), OutboxLag { pending: 2, oldest: Some(since) });

    database.kept(&[(one, first), (other, second)]).await.unwrap();
}

async fn promise(database: &dyn Database, record: RecordId) -> i64 {
    let written = database
        .write(vec![Change::Index { collection: collection("records"), record }])
        .await
        .unwrap();
    written.outbox[0]
}

async fn due(database: &dyn Database) -> Vec<Due> {
    database.due(100, LEASE).await.unwrap()
}

fn numbers(due: Vec<Due>) -> Vec<i64> {
    due.into_iter().map(|due| due.seq).collect()
}

fn quarantined(record: RecordId, clock: &HeldClock) -> Quarantined {
    Quarantined {
        collection: collection("records"),
        record,
        plugin: digest(),
        reason: "it does not fit".to_owned(),
        since: clock.now(),
    }
}
