//! Things that tests store.

use repono_domain::{Document, Parent, Record, RecordId, SchemaStamp, UserId};
use repono_service::ports::contract::HeldClock;
use repono_service::ports::{Change, Clock as _};
use serde_json::{Map, json};

/// Publishes a work with about two kilobytes of metadata and promises to index it.
pub(super) fn publication(number: u64) -> (RecordId, Vec<Change>) {
    let mut document = Document::default();
    document.metadata.insert("title".to_owned(), json!(format!("Number {number}")));
    document.metadata.insert(
        "description".to_owned(),
        json!("A sentence of forty characters is this. ".repeat(50)),
    );
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8;
    let now = HeldClock::new().now();
    let parent = Parent {
        id: RecordId::from_random(!spread),
        collection: "records".parse().unwrap(),
        owner: UserId(1),
        revision: 1,
        latest: Some(1),
        highest: 1,
        pids: Map::new(),
    };
    let record = Record {
        id: RecordId::from_random(spread),
        parent: parent.clone(),
        version_index: 1,
        revision: 1,
        created: now,
        updated: now,
        document,
        schema: SchemaStamp { plugin: repono_domain::Digest::from_sha256([7; 32]), version: 1 },
        has_draft: false,
        tombstone: None,
    };
    let (id, collection) = (record.id, parent.collection.clone());
    (
        id,
        vec![
            Change::InsertParent(parent),
            Change::InsertRecord { record, by: None },
            Change::Index { collection, record: id, trace: None },
        ],
    )
}
