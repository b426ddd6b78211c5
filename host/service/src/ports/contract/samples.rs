//! Things to store. Every id is new, so that the parts of a suite share a backend.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use repono_domain::{
    CollectionName, Digest, Document, Draft, Parent, PluginName, Problem, Record, RecordId,
    SchemaStamp, Task, TaskId, TaskState, Tombstone, TraceParent, UserId,
};
use serde_json::{Map, json};

use crate::ports::Change;

static COUNT: AtomicU64 = AtomicU64::new(1);

/// A number that no one else in this process has.
pub(super) fn number() -> u64 {
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// Spread over the whole range, as random ones are.
pub(super) fn id() -> RecordId {
    RecordId::from_random(number().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8)
}

pub(super) fn collection(name: &str) -> CollectionName {
    name.parse().unwrap()
}

pub(super) fn plugin(name: &str) -> PluginName {
    name.parse().unwrap()
}

pub(super) fn digest() -> Digest {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number().to_be_bytes());
    Digest::from_sha256(hash)
}

/// A whole number of microseconds: finer ones need not be kept.
pub(super) fn time(second: i64) -> Timestamp {
    Timestamp::from_microsecond(1_770_000_000_123_456 + second * 1_000_000).unwrap()
}

pub(super) fn document(title: &str) -> Document {
    let mut document = Document::default();
    document.metadata.insert("title".to_owned(), json!(title));
    document.metadata.insert(
        "numbers".to_owned(),
        json!([1, -2.5, 18_446_744_073_709_551_615_u64, null, {"ü": "\u{1F980}\"'\\"}]),
    );
    document.pids.insert("doi".to_owned(), json!({ "identifier": "10.1234/abc" }));
    document.files.enabled = false;
    document
}

pub(super) fn parent(collection: &CollectionName) -> Parent {
    let mut pids = Map::new();
    pids.insert("doi".to_owned(), json!({ "identifier": "10.1234/all" }));
    Parent {
        id: id(),
        collection: collection.clone(),
        owner: UserId(7),
        revision: 1,
        latest: None,
        highest: 1,
        pids,
    }
}

pub(super) fn draft(parent: &Parent) -> Draft {
    Draft {
        id: id(),
        parent: parent.clone(),
        version_index: 1,
        revision: 1,
        created: time(0),
        updated: time(0),
        published: false,
        document: document("a draft"),
        problems: vec![Problem::error("/metadata/title", "too-short", "give it a longer title")],
        schema: SchemaStamp { plugin: digest(), version: 3 },
    }
}

pub(super) fn record(parent: &Parent) -> Record {
    Record {
        id: id(),
        parent: parent.clone(),
        version_index: 1,
        revision: 1,
        created: time(0),
        updated: time(0),
        document: document("a record"),
        schema: SchemaStamp { plugin: digest(), version: 3 },
        has_draft: false,
        tombstone: None,
    }
}

pub(super) fn tombstone() -> Tombstone {
    Tombstone {
        removal_reason: Some("spam".to_owned()),
        note: "it was not what it said".to_owned(),
        removed_by: Some(UserId(8)),
        removal_date: time(9),
        citation_text: "Nobody (2026): Nothing".to_owned(),
        is_visible: true,
        purged: None,
    }
}

pub(super) fn task(queue: &str, due: Timestamp) -> Task {
    Task {
        id: TaskId(format!("0198c0de-0000-7000-8000-{:012}", number())),
        queue: queue.to_owned(),
        kind: "sample.work".to_owned(),
        payload: json!({ "record": "akd9f-9vg25" }),
        state: TaskState::Queued,
        attempts: 0,
        max_attempts: 3,
        due,
        created: time(0),
        updated: time(0),
        progress: None,
        checkpoint: None,
        result: None,
        error: None,
        cancel_requested: false,
        created_by: Some(UserId(7)),
        trace: Some(trace()),
        order_key: None,
        idempotency_key: None,
        unique_key: None,
        step: None,
    }
}

/// A trace like no other of the suite.
pub(super) fn trace() -> TraceParent {
    let number = number();
    format!("00-{number:032x}-{number:016x}-01").parse().unwrap()
}

/// A published work of one version, without its promise to the index.
pub(super) fn publish(record: &Record) -> Vec<Change> {
    let mut parent = record.parent.clone();
    parent.latest = Some(record.version_index);
    vec![
        Change::InsertParent(parent),
        Change::InsertRecord { record: record.clone(), by: Some(UserId(7)) },
    ]
}
