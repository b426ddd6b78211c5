//! [`crate::ports::Outbox`]: every promise is handed out until it is kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use repono_domain::RecordId;

use super::HeldClock;
use super::samples::{collection, digest, id, trace};
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
    a_postponed_promise_waits(database, clock).await;
    tries_that_failed_are_counted(database, clock).await;
    what_is_promised_in_a_range_is_told(database).await;
    a_quarantined_record_is_left_alone_until_it_is_released(database, clock).await;
    a_record_that_is_indexed_leaves_quarantine(database, clock).await;
    numbers_grow_even_when_the_highest_is_struck_out(database).await;
    a_promise_keeps_the_trace_in_which_it_was_made(database, clock).await;
    lag_tells_how_many_and_since_when(database, clock).await;
}

async fn a_promise_is_handed_out_until_it_is_kept(database: &dyn Database, clock: &HeldClock) {
    let record = id();
    let seq = promise(database, record).await;
    clock.pass(A_WHILE);

    let handed_out = due(database).await;
    let promised = Due { seq, collection: collection("records"), record, attempts: 0, trace: None };
    assert_eq!(handed_out, [promised]);
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
    assert_eq!(database.lag().await.unwrap(), BTreeMap::new());
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

async fn a_postponed_promise_waits(database: &dyn Database, clock: &HeldClock) {
    let (record, other) = (id(), id());
    promise(database, record).await;
    let seq = promise(database, record).await;
    let others = promise(database, other).await;
    clock.pass(A_WHILE);
    due(database).await;

    let both = [(record, seq), (other, others)];
    database.postpone(&both, clock.now() + A_WHILE, "the search engine is down").await.unwrap();

    clock.pass(LEASE);
    assert_eq!(due(database).await, [], "also its lower numbers wait");
    clock.pass(A_WHILE);
    let handed_out = due(database).await;
    assert_eq!(
        handed_out.iter().map(|due| (due.seq, due.attempts)).collect::<Vec<_>>(),
        [(seq, 0), (others, 0)]
    );
    database.kept(&both).await.unwrap();
    database.postpone(&both, clock.now(), "they are kept already").await.unwrap();
    database.postpone(&[], clock.now(), "there is none").await.unwrap();
    assert_eq!(database.lag().await.unwrap(), BTreeMap::new());
}

async fn tries_that_failed_are_counted(database: &dyn Database, clock: &HeldClock) {
    let record = id();
    let seq = promise(database, record).await;
    clock.pass(A_WHILE);
    for attempts in 0..3 {
        let handed_out = due(database).await;
        assert_eq!((handed_out[0].seq, handed_out[0].attempts), (seq, attempts));

        database.failed(&[(record, seq)], clock.now() + A_WHILE, "its plugin broke").await.unwrap();

        assert_eq!(due(database).await, []);
        clock.pass(A_WHILE);
    }
    database.kept(&[(record, seq)]).await.unwrap();
}

async fn what_is_promised_in_a_range_is_told(database: &dyn Database) {
    let mut records: Vec<RecordId> = (0..4).map(|_| id()).collect();
    records.sort_unstable_by_key(ToString::to_string);
    let mut promises = Vec::new();
    for record in &records {
        promises.push((*record, promise(database, *record).await));
    }
    promises.push((records[1], promise(database, records[1]).await));
    let [first, second, third, fourth] = records[..] else { unreachable!("there are four") };
    let told = async |collection_name: &str, after, until| {
        database.promised(&collection(collection_name), after, until).await.unwrap()
    };

    assert_eq!(told("records", None, None).await, BTreeSet::from_iter(records.clone()));
    assert_eq!(told("records", Some(first), Some(third)).await, BTreeSet::from([second, third]));
    assert_eq!(told("records", Some(third), None).await, BTreeSet::from([fourth]));
    assert_eq!(told("records", None, Some(first)).await, BTreeSet::from([first]));
    assert_eq!(told("others", None, None).await, BTreeSet::new());

    database.kept(&promises).await.unwrap();
    assert_eq!(told("records", None, None).await, BTreeSet::new());
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
    let sizes = database.quarantine_sizes().await.unwrap();
    assert_eq!(sizes, BTreeMap::from([(collection("records"), 1)]));
    let release = async |name: &str, record| {
        database.release_quarantined(&collection(name), record).await.unwrap()
    };
    assert_eq!(release("another", None).await, 0);
    assert_eq!(release("records", Some(id())).await, 0);
    assert_eq!(release("records", Some(record)).await, 1);
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

async fn a_promise_keeps_the_trace_in_which_it_was_made(
    database: &dyn Database,
    clock: &HeldClock,
) {
    let (record, collection, trace) = (id(), collection("records"), trace());
    let change = |trace| Change::Index { collection: collection.clone(), record, trace };
    let traced = database.write(vec![change(Some(trace))]).await.unwrap().outbox[0];
    clock.pass(A_WHILE);
    assert_eq!(due(database).await[0].trace, Some(trace));
    let again = [(record, traced)];
    database.postpone(&again, clock.now(), "the search engine is down").await.unwrap();
    assert_eq!(due(database).await[0].trace, Some(trace), "another try is of the same trace");

    let untraced = database.write(vec![change(None)]).await.unwrap().outbox[0];

    clock.pass(A_WHILE);
    let handed_out = due(database).await;
    assert_eq!((handed_out[0].seq, handed_out[0].trace), (untraced, None));
    database.kept(&[(record, untraced)]).await.unwrap();
}

async fn lag_tells_how_many_and_since_when(database: &dyn Database, clock: &HeldClock) {
    assert_eq!(database.lag().await.unwrap(), BTreeMap::new());
    let (one, other, elsewhere) = (id(), id(), id());
    let since = clock.now();
    let first = promise(database, one).await;
    clock.pass(A_WHILE);
    let second = promise(database, other).await;
    let third = promise_in(database, "others", elsewhere).await;

    let lag = database.lag().await.unwrap();

    let expected = [
        (collection("others"), OutboxLag { pending: 1, oldest: clock.now() }),
        (collection("records"), OutboxLag { pending: 2, oldest: since }),
    ];
    assert_eq!(lag, BTreeMap::from(expected));
    database.kept(&[(one, first), (other, second), (elsewhere, third)]).await.unwrap();
}

async fn promise(database: &dyn Database, record: RecordId) -> i64 {
    promise_in(database, "records", record).await
}

async fn promise_in(database: &dyn Database, name: &str, record: RecordId) -> i64 {
    let promise = Change::Index { collection: collection(name), record, trace: None };
    database.write(vec![promise]).await.unwrap().outbox[0]
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
