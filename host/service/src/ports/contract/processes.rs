//! All that is kept in SQL, when several processes share it: they see the same, and do nothing twice.

use std::collections::HashSet;

use futures::future::{join, join_all};
use jiff::SignedDuration;
use repono_domain::{Draft, RecordId};
use serde_json::Map;

use super::HeldClock;
use super::samples::{collection, digest, document, draft, id, number, parent, plugin, task, time};
use crate::Kind;
use crate::ports::{
    Activation, Change, Clock as _, Database, Grants, Package, Quarantined, TaskFilter,
};

const LEASE: SignedDuration = SignedDuration::from_secs(30);
const A_WHILE: SignedDuration = SignedDuration::from_secs(60);

/// Runs the whole suite on an empty database that two have opened.
pub async fn keep_the_contract(one: &dyn Database, other: &dyn Database, clock: &HeldClock) {
    both_go_by_one_clock(one, other).await;
    what_one_writes_the_other_reads(one, other).await;
    of_two_savers_exactly_one_wins(one, other).await;
    crossing_transactions_do_not_stop_each_other(one, other).await;
    an_id_is_given_once(one, other).await;
    no_task_is_handed_out_twice(one, other, clock).await;
    no_promise_is_handed_out_twice(one, other, clock).await;
    a_record_given_up_by_both_is_kept_once(one, other, clock).await;
    what_both_bring_is_there_once(one, other).await;
    every_activation_counts(one, other).await;
}

async fn both_go_by_one_clock(one: &dyn Database, other: &dyn Database) {
    for _ in 0..20 {
        let before = one.time().await.unwrap();
        let between = other.time().await.unwrap();
        let after = one.time().await.unwrap();

        assert!(before <= between && between <= after, "{before} {between} {after}");
    }
}

async fn what_one_writes_the_other_reads(one: &dyn Database, other: &dyn Database) {
    let collection = collection("shared");
    for _ in 0..20 {
        let draft = draft(&parent(&collection));

        one.write(insertion(&draft)).await.unwrap();

        assert!(other.draft(&collection, draft.id).await.unwrap().is_some());
    }
}

async fn of_two_savers_exactly_one_wins(one: &dyn Database, other: &dyn Database) {
    let mut draft = draft(&parent(&collection("raced")));
    one.write(insertion(&draft)).await.unwrap();

    for revision in 2..30 {
        let expected = draft.revision;
        draft.revision = revision;
        let save = |title| {
            let draft = Draft { document: document(title), ..draft.clone() };
            vec![Change::ReplaceDraft { draft, expected }]
        };

        let (here, there) = join(one.write(save("one")), other.write(save("other"))).await;

        let kinds = [&here, &there].map(|written| written.as_ref().err().map(crate::Error::kind));
        let lost = Some(Kind::PreconditionFailed);
        assert!(kinds == [None, lost] || kinds == [lost, None], "{here:?}, {there:?}");
        let stored = one.draft(&draft.parent.collection, draft.id).await.unwrap().unwrap();
        let winner = if here.is_ok() { "one" } else { "other" };
        assert_eq!(stored.document, document(winner));
        assert_eq!(stored.parent.revision, revision, "who lost left no trace");
    }
}

/// Each changes two works, and names them in another order.
async fn crossing_transactions_do_not_stop_each_other(one: &dyn Database, other: &dyn Database) {
    let drafts = [draft(&parent(&collection("crossed"))), draft(&parent(&collection("crossed")))];
    for draft in &drafts {
        one.write(insertion(draft)).await.unwrap();
    }
    let move_versions = |draft: &Draft, highest: u32| Change::MoveVersions {
        parent: draft.parent.id,
        from: (None, highest),
        to: (None, highest + 1),
        pids: Map::new(),
    };

    for round in 1..20 {
        let save = |draft: &Draft| Change::ReplaceDraft {
            draft: Draft { revision: u64::from(round) + 1, ..draft.clone() },
            expected: round.into(),
        };
        let [first, second] = &drafts;
        let forwards = vec![save(first), move_versions(second, round)];
        let backwards = vec![save(second), move_versions(first, round)];

        let (here, there) = join(one.write(forwards), other.write(backwards)).await;

        here.unwrap();
        there.unwrap();
    }
}

async fn an_id_is_given_once(one: &dyn Database, other: &dyn Database) {
    for _ in 0..20 {
        let parent = parent(&collection("records"));
        let insert = || vec![Change::InsertParent(parent.clone())];

        let (here, there) = join(one.write(insert()), other.write(insert())).await;

        assert_ne!(here.is_ok(), there.is_ok());
        let refused = here.err().or(there.err()).unwrap();
        assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
    }
}

async fn no_task_is_handed_out_twice(one: &dyn Database, other: &dyn Database, clock: &HeldClock) {
    let queue = format!("shared-{}", number());
    let tasks: Vec<_> = (0..100).map(|_| task(&queue, clock.now())).collect();
    let ids: HashSet<_> = tasks.iter().map(|task| task.id.clone()).collect();
    one.write(tasks.into_iter().map(Change::Enqueue).collect()).await.unwrap();
    let queues = [queue.clone()];

    let mut claimed = Vec::new();
    // Who is in another's way may get fewer than there are, but never nothing for ever.
    for _ in 0..100 {
        let claims = (0..4).map(|place| {
            let database = if place % 2 == 0 { one } else { other };
            database.claim(&queues, 7, LEASE)
        });
        for claims in join_all(claims).await {
            claimed.extend(claims.unwrap());
        }
        if claimed.len() >= ids.len() {
            break;
        }
    }

    assert_eq!(claimed.len(), ids.len());
    let distinct: HashSet<_> = claimed.iter().map(|claimed| claimed.task.id.clone()).collect();
    assert_eq!(distinct, ids);
    for claimed in &claimed {
        other.succeed(claimed, &serde_json::json!("done")).await.unwrap();
    }
    let left = TaskFilter { queue: Some(queue), limit: 1000, ..TaskFilter::default() };
    let left = one.tasks(&left).await.unwrap();
    assert!(left.iter().all(|task| task.result.is_some() && task.attempts == 1));
}

async fn no_promise_is_handed_out_twice(
    one: &dyn Database,
    other: &dyn Database,
    clock: &HeldClock,
) {
    let collection = collection("records");
    let records: Vec<RecordId> = (0..60).map(|_| id()).collect();
    let promise = |record: &RecordId| Change::Index {
        collection: collection.clone(),
        record: *record,
        trace: None,
    };
    let twice = records.iter().chain(&records).map(promise).collect();
    let promised = one.write(twice).await.unwrap().outbox;
    let last: HashSet<i64> = promised[records.len()..].iter().copied().collect();
    clock.pass(A_WHILE);

    let mut handed_out = Vec::new();
    for _ in 0..100 {
        let due = (0..4).map(|place| {
            let database = if place % 2 == 0 { one } else { other };
            database.due(9, LEASE)
        });
        for due in join_all(due).await {
            handed_out.extend(due.unwrap());
        }
        if handed_out.len() >= records.len() {
            break;
        }
    }

    let numbers: HashSet<i64> = handed_out.iter().map(|due| due.seq).collect();
    assert_eq!(handed_out.len(), numbers.len(), "nothing twice");
    assert!(last.is_subset(&numbers), "each record by its highest number");
    let kept: Vec<_> = handed_out.iter().map(|due| (due.record, due.seq)).collect();
    let (first, second) = kept.split_at(kept.len() / 2);
    let (here, there) = join(one.kept(first), other.kept(second)).await;
    here.unwrap();
    there.unwrap();
    assert!(one.lag().await.unwrap().is_empty());
}

async fn a_record_given_up_by_both_is_kept_once(
    one: &dyn Database,
    other: &dyn Database,
    clock: &HeldClock,
) {
    for _ in 0..10 {
        let entry = Quarantined {
            collection: collection("records"),
            record: id(),
            plugin: digest(),
            reason: "it does not fit".to_owned(),
            since: clock.now(),
        };

        let (here, there) = join(one.quarantine(1, &entry), other.quarantine(1, &entry)).await;

        here.unwrap();
        there.unwrap();
        assert_eq!(one.quarantined(10).await.unwrap(), std::slice::from_ref(&entry));
        one.release_quarantined(&entry.collection, None).await.unwrap();
        one.kept(&[(entry.record, i64::MAX)]).await.unwrap();
    }
}

/// Two processes that start bring the same plugins and vocabularies.
async fn what_both_bring_is_there_once(one: &dyn Database, other: &dyn Database) {
    for round in 0..10 {
        let package = package();
        let terms = |count| (0..count).map(|place| (format!("term-{place}"), "{}".to_owned()));
        let bring = || {
            vec![
                Change::InsertPackage(package.clone()),
                Change::ReplaceVocabulary {
                    vocabulary: "brought".to_owned(),
                    plugin: plugin("papers"),
                    terms: terms(40 + round).collect(),
                },
            ]
        };

        let (here, there) = join(one.write(bring()), other.write(bring())).await;

        here.unwrap();
        there.unwrap();
        assert!(one.package(&package.digest).await.unwrap().is_some());
        assert_eq!(other.terms("brought").await.unwrap().len(), 40 + round);
    }
}

async fn every_activation_counts(one: &dyn Database, other: &dyn Database) {
    let packages = [package(), package()];
    one.write(packages.iter().cloned().map(Change::InsertPackage).collect()).await.unwrap();
    let before = one.generation().await.unwrap();
    let activate = |package: &Package| {
        let activation = Activation {
            digest: package.digest.clone(),
            previous: None,
            indices: Vec::new(),
            previous_indices: Vec::new(),
            replaced_indices: Vec::new(),
            since: time(6),
        };
        vec![Change::Activate { plugin: plugin("shared"), activation: Some(activation) }]
    };

    for round in 1..=10 {
        let (here, there) =
            join(one.write(activate(&packages[0])), other.write(activate(&packages[1]))).await;

        here.unwrap();
        there.unwrap();
        assert_eq!(other.generation().await.unwrap(), before + 2 * round);
    }
}

fn insertion(draft: &Draft) -> Vec<Change> {
    vec![Change::InsertParent(draft.parent.clone()), Change::InsertDraft(draft.clone())]
}

fn package() -> Package {
    Package {
        digest: digest(),
        name: plugin("papers"),
        version: "1.2.3".to_owned(),
        summary: "Articles".to_owned(),
        grants: Grants { capabilities: Vec::new(), settings: None },
        installed: time(5),
        bytes: bytes::Bytes::from_static(b"\0asm"),
    }
}
