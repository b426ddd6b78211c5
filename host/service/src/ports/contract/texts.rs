//! All that is kept in SQL: any text is kept as it is, and means nothing to the database.

use repono_domain::{Letter, LetterState, Problem, TaskId, User, UserId, Webhook};
use serde_json::{Value, json};

use super::HeldClock;
use super::samples::{
    collection, digest, draft, id, number, parent, plugin, publish, record, task, time, tombstone,
};
use crate::ports::{Attempt, Change, Clock as _, Database, Quarantined, TaskFilter};

/// Stores `text` wherever a text can be stored, and reads it back.
///
/// The adapter's test brings as many texts as it likes; they may be of 60 characters.
pub async fn are_kept(database: &dyn Database, clock: &HeldClock, text: &str) {
    in_documents(database, text).await;
    in_accounts(database, text).await;
    in_vocabularies(database, text).await;
    in_tasks(database, clock, text).await;
    in_schedules(database, text).await;
    in_letters(database, text).await;
    in_webhooks(database, text).await;
    in_quarantine(database, text).await;
}

async fn in_documents(database: &dyn Database, text: &str) {
    let collection = collection("records");
    let mut record = record(&parent(&collection));
    let value = json!({ "text": text, text: [text, { "deeper": text }] });
    record.document.metadata.insert(text.to_owned(), value.clone());
    record.document.metadata.insert("value".to_owned(), value);
    record.parent.pids.insert(text.to_owned(), json!(text));
    let mut tombstone = tombstone();
    text.clone_into(&mut tombstone.note);
    record.tombstone = Some(tombstone);
    let mut draft = draft(&record.parent);
    draft.version_index = 2;
    draft.document = record.document.clone();
    draft.problems = vec![Problem::error(text, "said", text)];
    let mut changes = publish(&record);
    changes.push(Change::InsertDraft(draft.clone()));

    database.write(changes).await.unwrap();

    let stored = database.record(&collection, record.id).await.unwrap().unwrap();
    assert_eq!((&stored.document, &stored.tombstone), (&record.document, &record.tombstone));
    assert_eq!(stored.parent.pids, record.parent.pids);
    let stored = database.draft(&collection, draft.id).await.unwrap().unwrap();
    assert_eq!((stored.document, stored.problems), (draft.document, draft.problems));
}

async fn in_accounts(database: &dyn Database, text: &str) {
    let email = format!("{text}{}", number());
    let user = User {
        id: UserId(0),
        email: email.clone(),
        admin: false,
        blocked: false,
        created: time(0),
    };

    let written = database.write(vec![Change::InsertUser { user: user.clone() }]).await.unwrap();

    let stored = database.user(UserId(written.ids[0])).await.unwrap().unwrap();
    assert_eq!(stored, User { id: stored.id, ..user });
    assert_eq!(database.user_by_email(&email).await.unwrap(), Some(stored));
    let another = format!("{email} ");
    assert_eq!(database.user_by_email(&another).await.unwrap(), None, "spaces count");
}

async fn in_vocabularies(database: &dyn Database, text: &str) {
    let vocabulary = format!("v-{}", number());
    let ids = [text.to_owned(), format!("{text} "), format!("{text}A"), format!("{text}a")];
    let terms: Vec<_> =
        ids.iter().map(|id| (id.clone(), json!({ "id": id }).to_string())).collect();

    database
        .write(vec![Change::ReplaceVocabulary {
            vocabulary: vocabulary.clone(),
            plugin: plugin("tongues"),
            terms: terms.clone(),
        }])
        .await
        .unwrap();

    let stored = database.terms(&vocabulary).await.unwrap();
    let stored: Vec<_> = stored.into_iter().map(|term| (term.id, term.json)).collect();
    assert_eq!(stored, terms);
}

async fn in_tasks(database: &dyn Database, clock: &HeldClock, text: &str) {
    let queue = format!("{}{text}", number());
    let mut task = task(&queue, clock.now());
    task.id = TaskId(format!("{}-{text}", number()));
    text.clone_into(&mut task.kind);
    task.payload = json!({ text: text });
    database.write(vec![Change::Enqueue(task.clone())]).await.unwrap();

    let claimed =
        database.claim(std::slice::from_ref(&queue), 1, jiff::SignedDuration::from_secs(30)).await;
    let claimed = claimed.unwrap().pop().unwrap();
    assert_eq!((&claimed.task.id, &claimed.task.payload), (&task.id, &task.payload));
    database.progress(&task.id, &Value::from(text)).await.unwrap();
    database.checkpoint(&task.id, &Value::from(text)).await.unwrap();
    database.bury(&claimed, text).await.unwrap();

    let ours = TaskFilter {
        queue: Some(queue),
        kind: Some(text.to_owned()),
        limit: 9,
        ..TaskFilter::default()
    };
    let stored = database.tasks(&ours).await.unwrap().pop().unwrap();
    assert_eq!((stored.id, stored.kind), (task.id, task.kind));
    assert_eq!(stored.error.as_deref(), Some(text));
    assert_eq!((stored.progress, stored.checkpoint), (Some(json!(text)), Some(json!(text))));
}

async fn in_schedules(database: &dyn Database, text: &str) {
    let mut schedule = super::schedules::schedule(text);
    for part in [
        &mut schedule.plan.title,
        &mut schedule.plan.description,
        &mut schedule.plan.kind,
        &mut schedule.plan.timezone,
    ] {
        text.clone_into(part);
    }
    schedule.plan.timing = Some(text.to_owned());
    schedule.plan.payload = json!({ text: text });

    database.write(vec![Change::InsertSchedule(schedule.clone())]).await.unwrap();

    assert_eq!(database.schedule(&schedule.name).await.unwrap(), Some(schedule));
}

async fn in_letters(database: &dyn Database, text: &str) {
    let letter = super::letters::letter(7, LetterState::Due);
    let letter = Letter { facts: json!({ text: text }), ..letter };

    database.write(vec![Change::InsertLetter(letter.clone())]).await.unwrap();

    assert_eq!(database.letter(&letter.id).await.unwrap(), Some(letter));
}

async fn in_webhooks(database: &dyn Database, text: &str) {
    let webhook = super::webhooks::webhook();
    let webhook = Webhook {
        url: text.to_owned(),
        events: vec![text.to_owned()],
        disabled: Some((time(1), text.to_owned())),
        ..webhook
    };
    database.write(vec![Change::InsertWebhook(webhook.clone())]).await.unwrap();
    let delivery = super::webhooks::happens(database, &webhook, time(1)).await;
    let attempt =
        Attempt { is_delivered: true, status: None, answer: text.to_owned(), at: time(2) };

    database.note_attempt(&delivery, &attempt).await.unwrap();

    let delivered = database.deliveries(&webhook.id, 1).await.unwrap();
    assert_eq!(delivered[0].answer.as_deref(), Some(text));
    assert_eq!(database.webhook(&webhook.id).await.unwrap(), Some(webhook));
}

async fn in_quarantine(database: &dyn Database, text: &str) {
    let entry = Quarantined {
        collection: collection("records"),
        record: id(),
        plugin: digest(),
        reason: text.to_owned(),
        since: time(0),
    };

    database.quarantine(i64::MAX, &entry).await.unwrap();

    assert_eq!(database.quarantined(9).await.unwrap(), std::slice::from_ref(&entry));
    database.kept(&[(entry.record, i64::MAX)]).await.unwrap();
}
