//! [`crate::ports::Records`]: what was written is read, by id and in order.

use std::collections::HashSet;

use jiff::civil::date;
use repono_domain::{CollectionName, Digest, Document, Draft, Record, RecordId, Tombstone, UserId};
use serde_json::Map;

use super::samples::{
    collection, digest, document, draft, id, parent, publish, record, time, tombstone,
};
use crate::Kind;
use crate::ports::{Change, Database, Filter, Outline};

/// Runs the whole suite on an empty database.
pub async fn keeps_the_contract(database: &dyn Database) {
    what_was_written_is_read(database).await;
    a_collection_does_not_see_anothers_records(database).await;
    a_record_and_its_draft_know_of_each_other(database).await;
    versions_are_found_by_number(database).await;
    a_deleted_version_is_read_but_not_listed(database).await;
    the_draft_of_a_new_version_is_found(database).await;
    stored_answers_in_the_order_asked_for(database).await;
    a_walk_meets_every_id_once_in_order(database).await;
    an_outline_says_what_is_stored_without_its_documents(database).await;
    sizes_are_those_of_what_is_stored_now(database).await;
    history_keeps_every_state(database).await;
    embargoes_that_are_over_are_found_and_no_others(database).await;
    what_nobody_has_touched_for_long_is_found(database).await;
    of_a_record_that_is_purged_no_revision_says_anything(database).await;
    an_imported_line_is_known_by_what_it_became(database).await;
    a_line_that_another_import_brought_first_is_refused(database).await;
}

async fn what_was_written_is_read(database: &dyn Database) {
    let collection = collection("records");
    let parent = parent(&collection);
    let (draft, mut record) = (draft(&parent), record(&parent));
    record.version_index = 2;
    record.parent.highest = 2;

    let mut changes = publish(&record);
    changes.push(Change::InsertDraft(draft.clone()));
    database.write(changes).await.unwrap();

    record.parent.latest = Some(2);
    let read = database.record(&collection, record.id).await.unwrap().unwrap();
    record.parent.revision = read.parent.revision;
    assert_eq!(read, record);
    let read = database.draft(&collection, draft.id).await.unwrap().unwrap();
    assert_eq!(read, Draft { parent: record.parent.clone(), ..draft });
    assert_eq!(database.parent(&collection, parent.id).await.unwrap(), Some(record.parent));
}

async fn a_collection_does_not_see_anothers_records(database: &dyn Database) {
    let (here, there) = (collection("here"), collection("there"));
    let parent = parent(&here);
    let (draft, record) = (draft(&parent), Record { version_index: 2, ..record(&parent) });
    let mut changes = publish(&record);
    changes.push(Change::InsertDraft(draft.clone()));
    database.write(changes).await.unwrap();

    assert_eq!(database.draft(&there, draft.id).await.unwrap(), None);
    assert_eq!(database.record(&there, record.id).await.unwrap(), None);
    assert_eq!(database.parent(&there, parent.id).await.unwrap(), None);
    assert_eq!(database.walk(&there, Filter::All, None, 10).await.unwrap(), []);
    assert_eq!(database.count(&there, Filter::All).await.unwrap(), 0);
}

async fn a_record_and_its_draft_know_of_each_other(database: &dyn Database) {
    let collection = collection("records");
    let record = record(&parent(&collection));
    database.write(publish(&record)).await.unwrap();
    let mut edit = draft(&record.parent);
    edit.id = record.id;

    database.write(vec![Change::InsertDraft(edit)]).await.unwrap();

    assert!(database.record(&collection, record.id).await.unwrap().unwrap().has_draft);
    assert!(database.draft(&collection, record.id).await.unwrap().unwrap().published);
    assert_eq!(database.new_version_draft(record.parent.id).await.unwrap(), None);
}

async fn versions_are_found_by_number(database: &dyn Database) {
    let records = three_versions(database).await;
    let work = records[0].parent.id;

    let newest_first: Vec<_> =
        records.iter().rev().map(|record| (record.version_index, record.id)).collect();
    assert_eq!(database.versions(work).await.unwrap(), newest_first);
    for record in &records {
        let found = database.version(work, record.version_index).await.unwrap();
        assert_eq!(found.map(|found| found.id), Some(record.id));
    }
    assert_eq!(database.version(work, 4).await.unwrap(), None);
    assert_eq!(database.versions(id()).await.unwrap(), []);
}

async fn a_deleted_version_is_read_but_not_listed(database: &dyn Database) {
    let mut records = three_versions(database).await;
    let work = records[0].parent.id;
    let deleted = Record { revision: 2, tombstone: Some(tombstone()), ..records.remove(1) };

    database
        .write(vec![Change::ReplaceRecord { record: deleted.clone(), expected: 1, by: None }])
        .await
        .unwrap();

    let listed: Vec<u32> =
        database.versions(work).await.unwrap().into_iter().map(|(index, _)| index).collect();
    assert_eq!(listed, [3, 1]);
    assert_eq!(database.version(work, 2).await.unwrap().unwrap().tombstone, Some(tombstone()));
    assert_eq!(
        database.record(&deleted.parent.collection, deleted.id).await.unwrap().unwrap().tombstone,
        Some(tombstone())
    );
}

async fn the_draft_of_a_new_version_is_found(database: &dyn Database) {
    let records = three_versions(database).await;
    let parent = &records[0].parent;
    let mut next = draft(parent);
    next.version_index = 4;
    let changes = vec![
        Change::MoveVersions {
            parent: parent.id,
            from: (Some(3), 3),
            to: (Some(3), 4),
            pids: Map::new(),
        },
        Change::InsertDraft(next.clone()),
    ];
    database.write(changes).await.unwrap();

    let found = database.new_version_draft(parent.id).await.unwrap().unwrap();

    assert_eq!((found.id, found.published), (next.id, false));
    assert_eq!((found.parent.latest, found.parent.highest), (Some(3), 4));
}

async fn stored_answers_in_the_order_asked_for(database: &dyn Database) {
    let collection = collection("records");
    let record = record(&parent(&collection));
    let lone = draft(&parent(&collection));
    let mut edit = draft(&record.parent);
    edit.id = record.id;
    let mut changes = publish(&record);
    changes.extend([
        Change::InsertDraft(edit),
        Change::InsertParent(lone.parent.clone()),
        Change::InsertDraft(lone.clone()),
    ]);
    database.write(changes).await.unwrap();
    let unknown = id();

    let stored = database.stored(&[lone.id, unknown, record.id, lone.id]).await.unwrap();

    let seen: Vec<_> = stored
        .iter()
        .map(|stored| (stored.id, stored.record.is_some(), stored.draft.is_some()))
        .collect();
    assert_eq!(
        seen,
        [
            (lone.id, false, true),
            (unknown, false, false),
            (record.id, true, true),
            (lone.id, false, true)
        ]
    );
    assert_eq!(stored[1].version, u64::MAX >> 1);
    assert!(stored[0].version < u64::MAX >> 1 && stored[2].version < u64::MAX >> 1);
    assert!(database.stored(&[]).await.unwrap().is_empty());

    let many: Vec<RecordId> = (0..1500).map(|_| id()).chain([record.id]).collect();
    let stored = database.stored(&many).await.unwrap();
    assert_eq!(stored.iter().map(|stored| stored.id).collect::<Vec<_>>(), many);
    assert!(stored[1500].record.is_some());
}

async fn a_walk_meets_every_id_once_in_order(database: &dyn Database) {
    let collection = collection("walked");
    let mut published = Vec::new();
    let mut all = Vec::new();
    for number in 0..60 {
        let parent = parent(&collection);
        if number % 3 == 0 {
            let lone = draft(&parent);
            all.push(lone.id);
            database
                .write(vec![Change::InsertParent(parent), Change::InsertDraft(lone)])
                .await
                .unwrap();
            continue;
        }
        let mut record = record(&parent);
        all.push(record.id);
        if number % 5 == 0 {
            record.tombstone = Some(tombstone());
        } else {
            published.push(record.id);
        }
        let mut changes = publish(&record);
        if number % 2 == 0 {
            let mut edit = draft(&parent);
            edit.id = record.id;
            changes.push(Change::InsertDraft(edit));
        }
        database.write(changes).await.unwrap();
    }
    published.sort_unstable();
    all.sort_unstable();

    for (filter, expected) in [(Filter::Published, published), (Filter::All, all)] {
        for limit in [1, 7, 1000] {
            let mut met: Vec<RecordId> = Vec::new();
            loop {
                let page =
                    database.walk(&collection, filter, met.last().copied(), limit).await.unwrap();
                assert!(page.len() <= usize::try_from(limit).unwrap());
                if page.is_empty() {
                    break;
                }
                met.extend(page);
            }
            assert_eq!(met, expected, "{filter:?} by {limit}");
        }
        assert_eq!(
            database.count(&collection, filter).await.unwrap(),
            u64::try_from(expected.len()).unwrap()
        );
    }
}

async fn an_outline_says_what_is_stored_without_its_documents(database: &dyn Database) {
    let collection = collection("outlined");
    let mut ids = Vec::new();
    for number in 0..30 {
        let parent = parent(&collection);
        let lone = draft(&parent);
        let mut record = record(&parent);
        if number % 3 == 0 {
            record.tombstone = Some(tombstone());
        }
        let mut changes = if number % 5 == 0 {
            ids.push(lone.id);
            vec![Change::InsertParent(parent), Change::InsertDraft(lone)]
        } else {
            ids.push(record.id);
            publish(&record)
        };
        if number % 5 != 0 && number % 2 == 0 {
            let id = record.id;
            changes.push(Change::InsertDraft(Draft { id, ..draft(&record.parent) }));
        }
        database.write(changes).await.unwrap();
    }
    ids.sort_unstable();
    let stored = database.stored(&ids).await.unwrap();
    let expected: Vec<Outline> = stored
        .iter()
        .map(|stored| Outline {
            id: stored.id,
            version: stored.version,
            is_published: stored.record.as_ref().is_some_and(|record| record.tombstone.is_none()),
            has_draft: stored.draft.is_some(),
        })
        .collect();

    for limit in [1, 7, 1000] {
        let mut met: Vec<Outline> = Vec::new();
        loop {
            let after = met.last().map(|outline| outline.id);
            let page = database.outline(&collection, after, limit).await.unwrap();
            assert!(page.len() <= usize::try_from(limit).unwrap());
            if page.is_empty() {
                break;
            }
            met.extend(page);
        }
        assert_eq!(met, expected, "by {limit}");
    }
    let kinds: HashSet<_> =
        expected.iter().map(|outline| (outline.is_published, outline.has_draft)).collect();
    assert_eq!(kinds.len(), 4, "every kind was among them");
}

async fn sizes_are_those_of_what_is_stored_now(database: &dyn Database) {
    let bytes = |document: &Document| {
        u64::try_from(serde_json::to_string(document).unwrap().len()).unwrap()
    };
    let (mut record, unknown) = (record(&parent(&collection("sized"))), id());
    record.document = document(&"long ".repeat(5_000));
    database.write(publish(&record)).await.unwrap();
    let alone = bytes(&record.document);
    assert_eq!(database.sizes(&[unknown, record.id]).await.unwrap(), [0, alone]);

    let draft = Draft { id: record.id, ..draft(&record.parent) };
    database.write(vec![Change::InsertDraft(draft.clone())]).await.unwrap();
    let both = alone + bytes(&draft.document);
    assert_eq!(database.sizes(&[record.id, unknown]).await.unwrap(), [both, 0]);

    let expected = draft.revision;
    let draft = Draft { document: document("short"), revision: expected + 1, ..draft };
    let saved = bytes(&draft.document);
    database.write(vec![Change::ReplaceDraft { draft, expected }]).await.unwrap();
    let expected = record.revision;
    record.revision += 1;
    record.document = document("shorter");
    let published = bytes(&record.document);
    database
        .write(vec![Change::ReplaceRecord { record: record.clone(), expected, by: None }])
        .await
        .unwrap();
    assert_eq!(database.sizes(&[record.id]).await.unwrap(), [saved + published]);
}

async fn history_keeps_every_state(database: &dyn Database) {
    let mut record = record(&parent(&collection("records")));
    database.write(publish(&record)).await.unwrap();
    for (revision, by) in [(2, Some(UserId(8))), (3, None)] {
        record.revision = revision;
        record.updated = time(i64::try_from(revision).unwrap());
        record.document = document(&format!("revision {revision}"));
        record.schema.version = u32::try_from(revision).unwrap();
        database
            .write(vec![Change::ReplaceRecord {
                record: record.clone(),
                expected: revision - 1,
                by,
            }])
            .await
            .unwrap();
    }

    let history = database.revisions(record.id).await.unwrap();

    let told: Vec<_> = history
        .iter()
        .map(|state| (state.revision, state.by, state.schema.version, state.created))
        .collect();
    assert_eq!(
        told,
        [(1, Some(UserId(7)), 3, time(0)), (2, Some(UserId(8)), 2, time(2)), (3, None, 3, time(3))]
    );
    let documents: Vec<_> = history.into_iter().map(|state| state.document).collect();
    assert_eq!(documents, [document("a record"), document("revision 2"), document("revision 3")]);
    assert_eq!(database.revisions(id()).await.unwrap(), []);
}

async fn embargoes_that_are_over_are_found_and_no_others(database: &dyn Database) {
    let collection = collection("embargoed");
    let mut records = Vec::new();
    for until in [date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 3)] {
        let mut record = record(&parent(&collection));
        record.document.access.embargo.active = true;
        record.document.access.embargo.until = Some(until);
        database.write(publish(&record)).await.unwrap();
        records.push(record);
    }
    let over = async |today| {
        let (mut met, mut after) = (Vec::new(), None);
        loop {
            let page = database.embargoes_over(today, after, 1).await.unwrap();
            let Some((of, id)) = page.first() else { return met };
            assert_eq!(*of, collection);
            after = Some(*id);
            met.push(*id);
        }
    };
    let ids = |records: &[Record]| {
        let mut ids: Vec<_> = records.iter().map(|record| record.id).collect();
        ids.sort_by_key(ToString::to_string);
        ids
    };
    let replace = async |record: &Record, change: &dyn Fn(&mut Record)| {
        let mut changed = Record { revision: record.revision + 1, ..record.clone() };
        change(&mut changed);
        let replaced =
            Change::ReplaceRecord { record: changed.clone(), expected: record.revision, by: None };
        database.write(vec![replaced]).await.unwrap();
        changed
    };

    assert_eq!(over(date(2026, 4, 30)).await, []);
    assert_eq!(over(date(2026, 5, 2)).await, ids(&records[..2]));
    assert_eq!(over(date(2027, 1, 1)).await, ids(&records));

    let deleted = replace(&records[0], &|record| record.tombstone = Some(tombstone())).await;
    replace(&records[1], &|record| record.document.access.embargo.active = false).await;
    let put_off = Some(date(2028, 1, 1));
    replace(&records[2], &|record| record.document.access.embargo.until = put_off).await;
    assert_eq!(over(date(2027, 1, 1)).await, []);
    assert_eq!(over(date(2028, 1, 1)).await, [records[2].id]);

    replace(&deleted, &|record| record.tombstone = None).await;
    assert_eq!(over(date(2027, 1, 1)).await, [deleted.id]);
}

async fn what_nobody_has_touched_for_long_is_found(database: &dyn Database) {
    let collection = collection("touched");
    let [old, young, edited] = [1, 100, 1].map(|second| {
        let updated = time(second);
        Draft { updated, ..draft(&parent(&collection)) }
    });
    let deleted = Record { tombstone: Some(tombstone()), ..record(&parent(&collection)) };
    let live = record(&parent(&collection));
    let of_edited = Record { id: edited.id, ..record(&edited.parent) };
    for draft in [&old, &young] {
        let parent = Change::InsertParent(draft.parent.clone());
        database.write(vec![parent, Change::InsertDraft(draft.clone())]).await.unwrap();
    }
    for record in [&deleted, &live, &of_edited] {
        database.write(publish(record)).await.unwrap();
    }
    database.write(vec![Change::InsertDraft(edited.clone())]).await.unwrap();

    let ours = |found: Vec<(CollectionName, RecordId)>| {
        let ours = found.into_iter().filter(|(of, _)| *of == collection);
        ours.map(|(_, id)| id).collect::<Vec<_>>()
    };
    let drafts = database.abandoned_drafts(time(50), None, 1000).await.unwrap();
    let records = database.long_deleted(time(50), None, 1000).await.unwrap();

    assert_eq!(ours(drafts), [old.id]);
    assert_eq!(ours(records), [deleted.id]);
    assert_eq!(ours(database.long_deleted(time(-50), None, 1000).await.unwrap()), []);
    let after = Some(deleted.id);
    assert_eq!(ours(database.long_deleted(time(50), after, 1000).await.unwrap()), []);
}

async fn of_a_record_that_is_purged_no_revision_says_anything(database: &dyn Database) {
    let first = record(&parent(&collection("purged")));
    database.write(publish(&first)).await.unwrap();
    let deleted = Record { revision: 2, tombstone: Some(tombstone()), ..first.clone() };
    let replace = Change::ReplaceRecord { record: deleted.clone(), expected: 1, by: None };
    database.write(vec![replace]).await.unwrap();

    let mut purged = deleted.clone();
    purged.document.metadata.clear();
    purged.tombstone = Some(Tombstone { purged: Some(time(20)), ..tombstone() });
    let stale = Change::PurgeRecord { record: purged.clone(), expected: 1 };
    assert!(database.write(vec![stale]).await.is_err());
    let purge = Change::PurgeRecord { record: purged.clone(), expected: 2 };
    database.write(vec![purge]).await.unwrap();

    let read = database.record(&first.parent.collection, first.id).await.unwrap().unwrap();
    assert_eq!((read.revision, read.tombstone), (2, purged.tombstone));
    let history = database.revisions(first.id).await.unwrap();
    assert_eq!(history.len(), 2);
    assert!(history.iter().all(|revision| revision.document == purged.document));
}

async fn an_imported_line_is_known_by_what_it_became(database: &dyn Database) {
    let (first, second, unknown) = (digest(), digest(), digest());
    let (one, two, anew) = (id(), id(), id());
    let import = |line: &Digest, record, instead_of| Change::Import {
        line: line.clone(),
        record,
        instead_of,
    };
    database.write(vec![import(&first, one, None), import(&second, two, None)]).await.unwrap();

    let asked = [second.clone(), unknown, first.clone(), second.clone()];
    assert_eq!(database.imported(&asked).await.unwrap(), [Some(two), None, Some(one), Some(two)]);
    assert_eq!(database.imported(&[]).await.unwrap(), []);

    database.write(vec![import(&first, anew, Some(one))]).await.unwrap();
    assert_eq!(database.imported(&[first]).await.unwrap(), [Some(anew)]);

    let many: Vec<_> = (0..700).map(|_| digest()).chain([second]).collect();
    assert_eq!(database.imported(&many).await.unwrap()[700], Some(two));
}

async fn a_line_that_another_import_brought_first_is_refused(database: &dyn Database) {
    let record = record(&parent(&collection("records")));
    let (line, first) = (digest(), id());
    let import = |record, instead_of| Change::Import { line: line.clone(), record, instead_of };
    database.write(vec![import(first, None)]).await.unwrap();

    for late in [import(record.id, None), import(record.id, Some(id()))] {
        let mut changes = publish(&record);
        changes.push(late);
        let refused = database.write(changes).await.unwrap_err();

        assert_eq!(refused.kind(), Kind::Conflict);
        assert_eq!(database.imported(std::slice::from_ref(&line)).await.unwrap(), [Some(first)]);
        assert!(database.stored(&[record.id]).await.unwrap()[0].record.is_none());
    }
}

async fn three_versions(database: &dyn Database) -> Vec<Record> {
    let mut parent = parent(&collection("records"));
    parent.latest = Some(3);
    parent.highest = 3;
    let records: Vec<_> =
        (1..=3).map(|version_index| Record { version_index, ..record(&parent) }).collect();
    let mut changes = vec![Change::InsertParent(parent)];
    changes.extend(
        records.iter().map(|record| Change::InsertRecord { record: record.clone(), by: None }),
    );
    database.write(changes).await.unwrap();
    records
}
