//! [`crate::ports::Dois`]: what an agency has to be told is kept with the change that it is about, and
//! nobody settles more than they have seen.

use jiff::Timestamp;
use repono_domain::{CollectionName, Doi, DoiProgress, DoiState, RecordId};

use super::samples::{collection, id, time};
use crate::ports::{Change, Database, DoiFilter};

/// Runs the whole suite on a database that knows no DOI.
pub async fn keep_the_contract(database: &dyn Database) {
    a_doi_is_kept_as_it_is_followed_and_settled(database).await;
    what_was_followed_again_is_not_settled(database).await;
    a_doi_that_is_forgotten_leaves_nothing(database).await;
    dois_are_listed_page_by_page_and_counted(database).await;
    a_transaction_that_fails_follows_nothing(database).await;
}

async fn a_doi_is_kept_as_it_is_followed_and_settled(database: &dyn Database) {
    let record = id();

    follow(database, record, "10.5072/first").await;

    let doi = database.doi(record).await.unwrap().unwrap();
    let collection = collection("records");
    assert_eq!((doi.record, &doi.collection, &*doi.name), (record, &collection, "10.5072/first"));
    assert_eq!((doi.progress, doi.revision), (DoiProgress::Waiting, 1));
    assert_eq!((doi.state, &doi.failure, doi.attempted), (None, &None, None));

    let failed = Doi {
        progress: DoiProgress::Failed,
        failure: Some("it said: \u{e9}\u{1F980}; --'\"".to_owned()),
        attempted: Some(time(3)),
        ..doi.clone()
    };
    assert_eq!(settled(database, failed.clone()).await, failed);
    let done = Doi {
        progress: DoiProgress::Done,
        state: Some(DoiState::Findable),
        failure: None,
        attempted: Some(time(4)),
        ..doi
    };
    assert_eq!(settled(database, done.clone()).await, done);

    follow(database, record, "10.5072/second").await;

    let again = database.doi(record).await.unwrap().unwrap();
    assert_eq!((again.progress, again.revision), (DoiProgress::Waiting, 2));
    assert_eq!((&*again.name, again.state), ("10.5072/second", Some(DoiState::Findable)));
    assert_eq!(database.doi(id()).await.unwrap(), None);
}

async fn what_was_followed_again_is_not_settled(database: &dyn Database) {
    let record = id();
    follow(database, record, "10.5072/again").await;
    let seen = database.doi(record).await.unwrap().unwrap();
    follow(database, record, "10.5072/again").await;

    let done = Doi { progress: DoiProgress::Done, attempted: Some(time(1)), ..seen.clone() };
    let left = settled(database, done).await;
    database.write(vec![Change::ForgetDoi { record, revision: seen.revision }]).await.unwrap();

    assert_eq!((left.progress, left.revision), (DoiProgress::Waiting, 2));
    assert_eq!(database.doi(record).await.unwrap(), Some(left));
}

async fn a_doi_that_is_forgotten_leaves_nothing(database: &dyn Database) {
    let record = id();
    follow(database, record, "10.5072/gone").await;

    for _ in 0..2 {
        database.write(vec![Change::ForgetDoi { record, revision: 1 }]).await.unwrap();
        assert_eq!(database.doi(record).await.unwrap(), None);
    }

    follow(database, record, "10.5072/gone").await;
    assert_eq!(database.doi(record).await.unwrap().unwrap().revision, 1);
}

async fn dois_are_listed_page_by_page_and_counted(database: &dyn Database) {
    let progress = Some(DoiProgress::Failed);
    let mut failed = Vec::new();
    for number in 0..5 {
        let record = id();
        follow(database, record, &format!("10.5072/page-{number}")).await;
        let doi = database.doi(record).await.unwrap().unwrap();
        settled(database, Doi { progress: DoiProgress::Failed, ..doi }).await;
        failed.push(record);
    }
    failed.sort_by_key(ToString::to_string);

    let (mut met, mut after) = (Vec::new(), None);
    loop {
        let page = database.dois(&DoiFilter { progress, after, limit: 2 }).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.record);
        met.extend(page.iter().map(|doi| doi.record));
    }

    assert_eq!(met, failed);
    assert_eq!(database.count_dois(DoiProgress::Failed).await.unwrap(), 5);
    let all = DoiFilter { progress: None, after: None, limit: 100 };
    assert!(database.dois(&all).await.unwrap().len() > 5);
}

async fn a_transaction_that_fails_follows_nothing(database: &dyn Database) {
    let record = id();
    let impossible = Change::DeleteDraft { id: id(), parent: id(), expected: 1 };

    let refused = database.write(vec![followed(record, "10.5072/never"), impossible]).await;

    assert!(refused.is_err());
    assert_eq!(database.doi(record).await.unwrap(), None);
}

async fn settled(database: &dyn Database, doi: Doi) -> Doi {
    let record = doi.record;
    database.write(vec![Change::SettleDoi(doi)]).await.unwrap();
    database.doi(record).await.unwrap().unwrap()
}

async fn follow(database: &dyn Database, record: RecordId, name: &str) {
    let before = database.doi(record).await.unwrap().map_or(Timestamp::MIN, |doi| doi.updated);
    database.write(vec![followed(record, name)]).await.unwrap();
    assert!(database.doi(record).await.unwrap().unwrap().updated >= before);
}

fn followed(record: RecordId, name: &str) -> Change {
    let collection: CollectionName = collection("records");
    Change::FollowDoi { record, collection, name: name.to_owned() }
}
