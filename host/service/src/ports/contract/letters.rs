//! [`crate::ports::Letters`]: there is one letter for an event and a person, and it moves on once.

use repono_domain::{Letter, LetterState, MailSettings, UserId, When};
use serde_json::json;

use super::samples::{number, time};
use crate::Kind;
use crate::ports::{Change, Database};

/// Runs the whole suite on a database without letters.
pub async fn keep_the_contract(database: &dyn Database) {
    a_letter_is_kept_until_it_is_sent(database).await;
    there_is_one_for_an_event_and_a_person(database).await;
    what_waits_is_listed_person_by_person(database).await;
    of_two_that_collect_a_letter_one_does(database).await;
    what_is_long_over_is_forgotten(database).await;
    people_are_written_to_as_they_want(database).await;
}

async fn a_letter_is_kept_until_it_is_sent(database: &dyn Database) {
    let letter = insert(database, letter(1, LetterState::Due)).await;
    assert_eq!(database.letter(&letter.id).await.unwrap(), Some(letter.clone()));

    database.note_sent(&letter.id, time(9)).await.unwrap();
    database.note_sent("unknown", time(9)).await.unwrap();

    let sent = Letter { state: LetterState::Sent, changed: time(9), ..letter };
    assert_eq!(database.letter(&sent.id).await.unwrap(), Some(sent));
    assert_eq!(database.letter("unknown").await.unwrap(), None);
}

async fn there_is_one_for_an_event_and_a_person(database: &dyn Database) {
    let letter = insert(database, letter(1, LetterState::Due)).await;
    database.note_sent(&letter.id, time(9)).await.unwrap();

    let again = database.write(vec![Change::InsertLetter(letter.clone())]).await.unwrap_err();

    assert_eq!(again.kind(), Kind::Conflict, "{again}");
    let kept = database.letter(&letter.id).await.unwrap().unwrap();
    assert_eq!(kept.state, LetterState::Sent);
}

async fn what_waits_is_listed_person_by_person(database: &dyn Database) {
    let mut waiting = Vec::new();
    for (person, second) in [(8, 2), (7, 3), (7, 1)] {
        let letter = Letter { created: time(second), ..letter(person, LetterState::Digest) };
        waiting.push(insert(database, letter).await);
    }
    insert(database, letter(7, LetterState::Due)).await;

    waiting.reverse();
    assert_eq!(database.waiting_letters(None, 10).await.unwrap(), waiting);
    assert_eq!(database.waiting_letters(None, 2).await.unwrap(), waiting[..2]);
    assert_eq!(database.waiting_letters(Some(UserId(7)), 10).await.unwrap(), waiting[2..]);

    let ids = waiting.iter().map(|letter| letter.id.clone()).collect();
    database.write(vec![Change::CollectLetters(ids)]).await.unwrap();
    assert_eq!(database.waiting_letters(None, 10).await.unwrap(), []);
}

async fn of_two_that_collect_a_letter_one_does(database: &dyn Database) {
    let one = insert(database, letter(3, LetterState::Digest)).await;
    let other = insert(database, letter(3, LetterState::Digest)).await;
    let collect = |ids: &[&Letter]| {
        let ids = ids.iter().map(|letter| letter.id.clone()).collect();
        database.write(vec![Change::CollectLetters(ids)])
    };
    collect(&[&one]).await.unwrap();

    let refused = collect(&[&other, &one]).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
    let kept = database.letter(&other.id).await.unwrap().unwrap();
    assert_eq!(kept.state, LetterState::Digest, "all of them, or none");
    collect(&[&other]).await.unwrap();
}

async fn what_is_long_over_is_forgotten(database: &dyn Database) {
    let old = insert(database, letter(4, LetterState::Due)).await;
    let new = insert(database, letter(4, LetterState::Due)).await;
    let unsent = insert(database, letter(4, LetterState::Due)).await;
    database.note_sent(&old.id, time(-50)).await.unwrap();
    database.note_sent(&new.id, time(-40)).await.unwrap();

    let forgotten = database.forget_letters(LetterState::Sent, time(-40)).await.unwrap();

    assert_eq!(forgotten, 1);
    assert_eq!(database.letter(&old.id).await.unwrap(), None);
    assert!(database.letter(&new.id).await.unwrap().is_some());
    assert!(database.letter(&unsent.id).await.unwrap().is_some());
}

async fn people_are_written_to_as_they_want(database: &dyn Database) {
    let (one, other) = (UserId(91), UserId(92));
    let mut settings = MailSettings {
        language: Some("de-AT".to_owned()),
        records: When::Daily,
        webhooks: When::Off,
        tasks: When::Off,
    };

    database.keep_mail_settings(one, &settings).await.unwrap();
    settings.language = None;
    database.keep_mail_settings(one, &settings).await.unwrap();

    assert_eq!(database.mail_settings(one).await.unwrap(), settings);
    assert_eq!(database.mail_settings(other).await.unwrap(), MailSettings::default());
}

async fn insert(database: &dyn Database, letter: Letter) -> Letter {
    database.write(vec![Change::InsertLetter(letter.clone())]).await.unwrap();
    letter
}

pub(super) fn letter(person: i64, state: LetterState) -> Letter {
    Letter {
        id: format!("letter-{}", number()),
        person: UserId(person),
        template: "record-published".to_owned(),
        facts: json!({"title": "Größe <\u{1F980}> '\"\\"}),
        state,
        created: time(0),
        changed: time(1),
    }
}
