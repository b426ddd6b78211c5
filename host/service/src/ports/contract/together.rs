//! [`crate::ports::Transactions`] of many callers at once.

use futures::future::join_all;
use repono_domain::RecordId;

use super::samples::{collection, document, draft, parent, publish, record};
use crate::Kind;
use crate::ports::{Change, Database};

/// A part of the suite of transactions.
pub(super) async fn keeps_the_contract(database: &dyn Database) {
    of_two_savers_exactly_one_wins(database).await;
    concurrent_writes_are_all_kept(database).await;
    a_refused_transaction_takes_no_other_with_it(database).await;
    a_caller_that_goes_away_harms_nothing(database).await;
}

async fn of_two_savers_exactly_one_wins(database: &dyn Database) {
    let collection = collection("records");
    let parent = parent(&collection);
    let draft = draft(&parent);
    database
        .write(vec![Change::InsertParent(parent), Change::InsertDraft(draft.clone())])
        .await
        .unwrap();
    let save = |title: &str| {
        let mut draft = draft.clone();
        draft.revision = 2;
        draft.document = document(title);
        database.write(vec![Change::ReplaceDraft { draft, expected: 1 }])
    };

    let (one, other) = futures::join!(save("one"), save("other"));

    assert_ne!(one.is_ok(), other.is_ok());
    let winner = if one.is_ok() { "one" } else { "other" };
    assert_eq!(
        database.draft(&collection, draft.id).await.unwrap().unwrap().document,
        document(winner)
    );
}

async fn concurrent_writes_are_all_kept(database: &dyn Database) {
    let collection = collection("crowded");
    let records: Vec<_> = (0..100).map(|_| record(&parent(&collection))).collect();
    let publish_and_index = |record: &repono_domain::Record| {
        let mut changes = publish(record);
        changes.push(Change::Index {
            collection: collection.clone(),
            record: record.id,
            trace: None,
        });
        database.write(changes)
    };

    let written = join_all(records.iter().map(publish_and_index)).await;

    let mut numbers: Vec<i64> =
        written.into_iter().flat_map(|written| written.unwrap().outbox).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 100, "every promise has a number of its own");
    let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
    let stored = database.stored(&ids).await.unwrap();
    for (record, stored) in records.iter().zip(stored) {
        assert_eq!(stored.record.map(|record| record.document), Some(record.document.clone()));
    }
    let kept: Vec<_> = ids.iter().map(|id| (*id, i64::MAX)).collect();
    database.kept(&kept).await.unwrap();
}

async fn a_refused_transaction_takes_no_other_with_it(database: &dyn Database) {
    let collection = collection("records");
    let taken = parent(&collection);
    database.write(vec![Change::InsertParent(taken.clone())]).await.unwrap();
    let records: Vec<_> = (0..20).map(|_| record(&parent(&collection))).collect();
    let good = records.iter().map(|record| database.write(publish(record)));
    let bad = (0..20).map(|_| {
        let mut changes = publish(&record(&parent(&collection)));
        changes.push(Change::InsertParent(taken.clone()));
        database.write(changes)
    });

    // In turn, so that they meet in the same commits.
    let both = good.zip(bad).map(|(good, bad)| async { futures::join!(good, bad) });
    for (good, bad) in join_all(both).await {
        good.unwrap();
        assert_eq!(bad.unwrap_err().kind(), Kind::Conflict);
    }

    for record in records {
        assert!(database.record(&collection, record.id).await.unwrap().is_some());
    }
}

async fn a_caller_that_goes_away_harms_nothing(database: &dyn Database) {
    let collection = collection("abandoned");
    let records: Vec<_> = (0..20).map(|_| record(&parent(&collection))).collect();
    let mut abandoned = 0;
    for record in &records {
        let mut write = database.write(publish(record));
        abandoned += u32::from(futures::poll!(&mut write).is_pending());
    }
    assert!(abandoned > 0, "an answer needs a flush to the disk");

    let last = record(&parent(&collection));
    database.write(publish(&last)).await.unwrap();

    assert!(database.record(&collection, last.id).await.unwrap().is_some());
    for record in records {
        let before = database.record(&collection, record.id).await.unwrap();
        let parent = database.parent(&collection, record.parent.id).await.unwrap();
        // What nobody waits for may be stored at any moment, between these too.
        let after = database.record(&collection, record.id).await.unwrap();
        let whole =
            if before.is_some() { parent.is_some() } else { parent.is_none() || after.is_some() };
        assert!(whole, "as a whole or not at all");
    }
}
