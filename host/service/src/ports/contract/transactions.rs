//! [`crate::ports::Transactions`]: all or nothing, preconditions, durable together.

use repono_domain::RecordId;
use serde_json::Map;

use super::samples::{collection, document, draft, id, parent, publish, record, tombstone};
use super::together;
use crate::ports::{Change, Database};
use crate::{Error, Kind};

/// Runs the whole suite on an empty database.
pub async fn keeps_the_contract(database: &dyn Database) {
    database.ping().await.unwrap();
    nothing_to_do_is_done_at_once(database).await;
    a_refused_step_undoes_those_before_it(database).await;
    an_id_is_given_to_one_work_only(database).await;
    a_draft_is_replaced_only_by_who_read_it(database).await;
    a_draft_is_deleted_only_by_who_read_it(database).await;
    what_is_not_there_is_not_replaced(database).await;
    a_draft_needs_its_work(database).await;
    a_record_is_published_once(database).await;
    a_record_is_replaced_only_by_who_read_it(database).await;
    versions_move_only_from_where_they_were_read(database).await;
    a_work_is_deleted_only_when_nothing_is_left_of_it(database).await;
    every_change_moves_the_works_revision_once(database).await;
    a_random_history_agrees_with_a_model(database).await;
    together::keeps_the_contract(database).await;
}

async fn nothing_to_do_is_done_at_once(database: &dyn Database) {
    let written = database.write(Vec::new()).await.unwrap();

    assert!(written.outbox.is_empty() && written.ids.is_empty());
}

async fn a_refused_step_undoes_those_before_it(database: &dyn Database) {
    let collection = collection("undone");
    let (parent, other) = (parent(&collection), parent(&collection));
    let stale = Change::DeleteDraft { id: id(), parent: parent.id, expected: 1 };
    let index = Change::Index { collection: collection.clone(), record: parent.id, trace: None };
    let before = database.lag().await.unwrap();

    let refused = database
        .write(vec![
            Change::InsertParent(parent.clone()),
            Change::InsertParent(other.clone()),
            index,
            stale,
        ])
        .await;

    assert_eq!(refused.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(database.parent(&collection, parent.id).await.unwrap(), None);
    assert_eq!(database.parent(&collection, other.id).await.unwrap(), None);
    assert_eq!(database.lag().await.unwrap(), before);
}

async fn an_id_is_given_to_one_work_only(database: &dyn Database) {
    let parent = parent(&collection("records"));
    database.write(vec![Change::InsertParent(parent.clone())]).await.unwrap();

    let refused = database.write(vec![Change::InsertParent(parent)]).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
}

async fn a_draft_is_replaced_only_by_who_read_it(database: &dyn Database) {
    let collection = collection("records");
    let parent = parent(&collection);
    let mut draft = draft(&parent);
    database
        .write(vec![Change::InsertParent(parent), Change::InsertDraft(draft.clone())])
        .await
        .unwrap();
    draft.revision = 2;
    draft.document = document("saved");
    draft.problems.clear();

    database.write(vec![Change::ReplaceDraft { draft: draft.clone(), expected: 1 }]).await.unwrap();
    let mut late = draft.clone();
    late.document = document("saved late");
    let refused =
        database.write(vec![Change::ReplaceDraft { draft: late, expected: 1 }]).await.unwrap_err();

    assert!(matches!(refused, Error::RevisionMismatch { expected: 1, actual: 2 }), "{refused:?}");
    let stored = database.draft(&collection, draft.id).await.unwrap().unwrap();
    assert_eq!(
        (stored.revision, stored.document, stored.problems),
        (2, document("saved"), Vec::new())
    );
}

async fn a_draft_is_deleted_only_by_who_read_it(database: &dyn Database) {
    let collection = collection("records");
    let parent = parent(&collection);
    let draft = draft(&parent);
    let (id, work) = (draft.id, parent.id);
    database.write(vec![Change::InsertParent(parent), Change::InsertDraft(draft)]).await.unwrap();

    let refused = database
        .write(vec![Change::DeleteDraft { id, parent: work, expected: 9 }])
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::RevisionMismatch { expected: 9, actual: 1 }), "{refused:?}");
    assert!(database.draft(&collection, id).await.unwrap().is_some());

    database.write(vec![Change::DeleteDraft { id, parent: work, expected: 1 }]).await.unwrap();
    assert_eq!(database.draft(&collection, id).await.unwrap(), None);
}

async fn what_is_not_there_is_not_replaced(database: &dyn Database) {
    let parent = parent(&collection("records"));
    let (draft, record) = (draft(&parent), record(&parent));
    database.write(vec![Change::InsertParent(parent)]).await.unwrap();

    for change in [
        Change::ReplaceDraft { draft, expected: 1 },
        Change::ReplaceRecord { record, expected: 1, by: None },
    ] {
        let refused = database.write(vec![change]).await.unwrap_err();
        assert!(matches!(refused, Error::Conflict(_)), "{refused:?}");
    }
}

async fn a_draft_needs_its_work(database: &dyn Database) {
    let draft = draft(&parent(&collection("records")));

    let refused = database.write(vec![Change::InsertDraft(draft)]).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
}

async fn a_record_is_published_once(database: &dyn Database) {
    let record = record(&parent(&collection("records")));
    database.write(publish(&record)).await.unwrap();

    let refused =
        database.write(vec![Change::InsertRecord { record, by: None }]).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
}

async fn a_record_is_replaced_only_by_who_read_it(database: &dyn Database) {
    let collection = collection("records");
    let mut record = record(&parent(&collection));
    database.write(publish(&record)).await.unwrap();
    record.revision = 2;
    record.tombstone = Some(tombstone());

    database
        .write(vec![Change::ReplaceRecord { record: record.clone(), expected: 1, by: None }])
        .await
        .unwrap();
    let refused = database
        .write(vec![Change::ReplaceRecord { record: record.clone(), expected: 1, by: None }])
        .await
        .unwrap_err();

    assert!(matches!(refused, Error::RevisionMismatch { expected: 1, actual: 2 }), "{refused:?}");
    let stored = database.record(&collection, record.id).await.unwrap().unwrap();
    assert_eq!((stored.revision, stored.tombstone), (2, Some(tombstone())));
    assert_eq!(database.revisions(record.id).await.unwrap().len(), 2);
}

async fn versions_move_only_from_where_they_were_read(database: &dyn Database) {
    let collection = collection("records");
    let parent = parent(&collection);
    let work = parent.id;
    database.write(vec![Change::InsertParent(parent)]).await.unwrap();
    let moved = |from, to| Change::MoveVersions { parent: work, from, to, pids: Map::new() };

    database.write(vec![moved((None, 1), (Some(1), 1))]).await.unwrap();
    for stale in [(None, 1), (Some(2), 1), (Some(1), 2)] {
        let refused = database.write(vec![moved(stale, (Some(2), 2))]).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
    }
    database.write(vec![moved((Some(1), 1), (None, 2))]).await.unwrap();

    let stored = database.parent(&collection, work).await.unwrap().unwrap();
    assert_eq!((stored.latest, stored.highest, stored.pids), (None, 2, Map::new()));
}

async fn a_work_is_deleted_only_when_nothing_is_left_of_it(database: &dyn Database) {
    let collection = collection("records");
    let parent = parent(&collection);
    let draft = draft(&parent);
    let work = parent.id;
    database
        .write(vec![Change::InsertParent(parent), Change::InsertDraft(draft.clone())])
        .await
        .unwrap();

    let refused = database.write(vec![Change::DeleteParent(work)]).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");

    database
        .write(vec![
            Change::DeleteDraft { id: draft.id, parent: work, expected: 1 },
            Change::DeleteParent(work),
        ])
        .await
        .unwrap();
    assert_eq!(database.parent(&collection, work).await.unwrap(), None);
    assert_eq!(version(database, draft.id).await, u64::MAX >> 1);
}

async fn every_change_moves_the_works_revision_once(database: &dyn Database) {
    let collection = collection("records");
    let mut record = record(&parent(&collection));
    let mut draft = draft(&record.parent);
    draft.id = record.id;
    let work = record.parent.id;
    database.write(publish(&record)).await.unwrap();
    let mut seen = vec![version(database, record.id).await];

    database.write(vec![Change::InsertDraft(draft.clone())]).await.unwrap();
    seen.push(version(database, record.id).await);
    record.revision = 2;
    let publish_edit = vec![
        Change::ReplaceRecord { record: record.clone(), expected: 1, by: None },
        Change::DeleteDraft { id: draft.id, parent: work, expected: 1 },
    ];
    database.write(publish_edit).await.unwrap();
    seen.push(version(database, record.id).await);
    database
        .write(vec![Change::MoveVersions {
            parent: work,
            from: (Some(1), 1),
            to: (Some(1), 2),
            pids: Map::new(),
        }])
        .await
        .unwrap();
    seen.push(version(database, record.id).await);

    let first = seen[0];
    assert_eq!(seen, [first, first + 1, first + 2, first + 3]);
    assert_eq!(database.parent(&collection, work).await.unwrap().unwrap().revision, first + 3);
}

/// Saves, deletes and begins anew, with the right revision and with wrong ones.
async fn a_random_history_agrees_with_a_model(database: &dyn Database) {
    let collection = collection("modelled");
    let parent = parent(&collection);
    let mut draft = draft(&parent);
    database.write(vec![Change::InsertParent(parent.clone())]).await.unwrap();
    let mut model: Option<(u64, String)> = None;
    let mut random = 0x2545_f491_4f6c_dd1d_u64;

    for step in 0..400 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let stored = model.as_ref().map_or(0, |(revision, _)| *revision);
        let expected = if random.is_multiple_of(5) { stored + random % 3 } else { stored };
        draft.revision = expected + 1;
        draft.document = document(&format!("step {step}"));
        let (change, next) = match random % 3 {
            0 => (Change::InsertDraft(draft.clone()), None),
            1 => (Change::ReplaceDraft { draft: draft.clone(), expected }, Some(true)),
            _ => (Change::DeleteDraft { id: draft.id, parent: parent.id, expected }, Some(false)),
        };
        let holds = match next {
            None => model.is_none(),
            Some(_) => model.is_some() && expected == stored,
        };

        let written = database.write(vec![change]).await;

        assert_eq!(written.is_ok(), holds, "step {step}: {written:?}");
        if holds {
            let kept = next.unwrap_or(true);
            model = kept.then(|| (draft.revision, format!("step {step}")));
        }
        let read = database.draft(&collection, draft.id).await.unwrap();
        let read = read.map(|draft| (draft.revision, draft.document));
        assert_eq!(read, model.clone().map(|(revision, title)| (revision, document(&title))));
    }
}

async fn version(database: &dyn Database, id: RecordId) -> u64 {
    database.stored(&[id]).await.unwrap()[0].version
}
