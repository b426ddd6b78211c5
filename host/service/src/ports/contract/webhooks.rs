//! [`crate::ports::Webhooks`]: a receiver is told in the order in which things happened, and what becomes of it
//! is counted.

use jiff::Timestamp;
use repono_domain::{DeliveryState, UserId, Webhook, WebhookDelivery, WebhookSecret};

use super::samples::{collection, id, number, time};
use crate::Kind;
use crate::ports::{Attempt, Change, Database};

/// Runs the whole suite on a database without webhooks.
pub async fn keep_the_contract(database: &dyn Database) {
    a_webhook_is_kept_as_it_is_written(database).await;
    of_two_that_change_a_webhook_one_does(database).await;
    a_receiver_is_told_in_order(database).await;
    failures_are_counted_until_one_is_delivered(database).await;
    what_is_not_waiting_is_not_counted(database).await;
    what_is_too_old_or_too_much_is_given_up(database).await;
    what_is_removed_leaves_nothing(database).await;
    what_is_long_over_is_forgotten(database).await;
}

async fn a_webhook_is_kept_as_it_is_written(database: &dyn Database) {
    let whole = Webhook {
        collection: Some(collection("records")),
        failures: 7,
        disabled: Some((time(5), "it answered 500; --'\" \u{1F980}".to_owned())),
        ..webhook()
    };
    let bare = webhook();
    for webhook in [&whole, &bare] {
        database.write(vec![Change::InsertWebhook(webhook.clone())]).await.unwrap();
        assert_eq!(database.webhook(&webhook.id).await.unwrap().as_ref(), Some(webhook));
    }
    assert_eq!(database.webhook("unknown").await.unwrap(), None);
    assert_eq!(database.webhooks().await.unwrap(), [whole.clone(), bare], "by id");

    let again = database.write(vec![Change::InsertWebhook(whole)]).await;
    assert_eq!(again.unwrap_err().kind(), Kind::Conflict);
}

async fn of_two_that_change_a_webhook_one_does(database: &dyn Database) {
    let before = insert(database).await;
    let change = |failures| {
        let webhook = Webhook { failures, revision: 2, ..before.clone() };
        database.write(vec![Change::ReplaceWebhook { webhook, expected: 1 }])
    };

    let (one, other) = futures::join!(change(3), change(4));

    assert_ne!(one.is_ok(), other.is_ok());
    let failures = if one.is_ok() { 3 } else { 4 };
    assert_eq!(one.err().or(other.err()).unwrap().kind(), Kind::Conflict);
    let kept = database.webhook(&before.id).await.unwrap().unwrap();
    assert_eq!((kept.failures, kept.revision), (failures, 2));
}

async fn a_receiver_is_told_in_order(database: &dyn Database) {
    let (webhook, other) = (insert(database).await, insert(database).await);
    let first = happens(database, &webhook, time(5)).await;
    happens(database, &other, time(1)).await;
    let second = happens(database, &webhook, time(3)).await;
    let next = async || database.next_delivery(&webhook.id).await.unwrap();

    assert_eq!(next().await.as_ref(), Some(&first));
    database.note_attempt(&first, &attempt(false)).await.unwrap();
    let failed = next().await.unwrap();
    assert_eq!(failed.id, first.id, "the others wait");
    assert_eq!((failed.attempts, failed.status), (1, Some(500)));
    assert_eq!((failed.answer.as_deref(), failed.changed), (Some("answer"), time(9)));
    database.note_attempt(&first, &attempt(true)).await.unwrap();
    assert_eq!(next().await.as_ref(), Some(&second));
    database.note_attempt(&second, &attempt(true)).await.unwrap();
    assert_eq!(next().await, None);

    let all = database.deliveries(&webhook.id, 10).await.unwrap();
    let told: Vec<_> = all.iter().map(|one| (one.id.as_str(), one.state, one.attempts)).collect();
    let delivered = DeliveryState::Delivered;
    assert_eq!(told, [(&*second.id, delivered, 1), (&*first.id, delivered, 2)], "newest first");
    assert_eq!(database.deliveries(&webhook.id, 1).await.unwrap(), all[..1]);
}

async fn failures_are_counted_until_one_is_delivered(database: &dyn Database) {
    let webhook = insert(database).await;
    let delivery = happens(database, &webhook, time(1)).await;
    let failures = async || database.webhook(&webhook.id).await.unwrap().unwrap().failures;

    for expected in 1..=3 {
        database.note_attempt(&delivery, &attempt(false)).await.unwrap();
        assert_eq!(failures().await, expected);
    }
    database.note_attempt(&delivery, &attempt(true)).await.unwrap();

    assert_eq!(failures().await, 0);
}

async fn what_is_not_waiting_is_not_counted(database: &dyn Database) {
    let webhook = insert(database).await;
    let delivery = happens(database, &webhook, time(1)).await;
    database.note_attempt(&delivery, &attempt(true)).await.unwrap();

    database.note_attempt(&delivery, &attempt(false)).await.unwrap();

    let kept = database.deliveries(&webhook.id, 1).await.unwrap();
    assert_eq!((kept[0].attempts, kept[0].state), (1, DeliveryState::Delivered));
    assert_eq!(database.webhook(&webhook.id).await.unwrap().unwrap().failures, 0);
}

async fn what_is_too_old_or_too_much_is_given_up(database: &dyn Database) {
    let webhook = insert(database).await;
    let mut deliveries = Vec::new();
    for second in 1..=5 {
        deliveries.push(happens(database, &webhook, time(second)).await);
    }
    let give_up = |before, most| database.drop_deliveries(&webhook.id, before, most, "too old");

    assert_eq!(give_up(time(1), 5).await.unwrap(), 0);
    assert_eq!(give_up(time(2), 5).await.unwrap(), 1, "older than the second");
    assert_eq!(give_up(time(0), 2).await.unwrap(), 2, "all but the newest two");

    let next = database.next_delivery(&webhook.id).await.unwrap().unwrap();
    assert_eq!(next.id, deliveries[3].id);
    let first = database.deliveries(&webhook.id, 10).await.unwrap().pop().unwrap();
    assert_eq!((first.state, first.answer.as_deref()), (DeliveryState::Dropped, Some("too old")));
}

async fn what_is_removed_leaves_nothing(database: &dyn Database) {
    let (webhook, other) = (insert(database).await, insert(database).await);
    happens(database, &webhook, time(1)).await;
    happens(database, &other, time(1)).await;

    for _ in 0..2 {
        database.write(vec![Change::DeleteWebhook(webhook.id.clone())]).await.unwrap();
    }

    assert_eq!(database.webhook(&webhook.id).await.unwrap(), None);
    assert_eq!(database.deliveries(&webhook.id, 10).await.unwrap(), []);
    assert_eq!(database.deliveries(&other.id, 10).await.unwrap().len(), 1);
}

async fn what_is_long_over_is_forgotten(database: &dyn Database) {
    let webhook = insert(database).await;
    let old = happens(database, &webhook, time(1)).await;
    let new = happens(database, &webhook, time(1)).await;
    let waiting = happens(database, &webhook, time(1)).await;
    for (delivery, second) in [(&old, -90), (&new, -80)] {
        let attempt = Attempt { at: time(second), ..attempt(true) };
        database.note_attempt(delivery, &attempt).await.unwrap();
    }

    let forgotten = database.forget_deliveries(DeliveryState::Delivered, time(-80)).await.unwrap();

    assert_eq!(forgotten, 1);
    let kept = database.deliveries(&webhook.id, 10).await.unwrap();
    let kept: Vec<_> = kept.into_iter().map(|delivery| delivery.id).collect();
    assert_eq!(kept, [waiting.id, new.id]);
}

async fn insert(database: &dyn Database) -> Webhook {
    let webhook = webhook();
    database.write(vec![Change::InsertWebhook(webhook.clone())]).await.unwrap();
    webhook
}

pub(super) fn webhook() -> Webhook {
    Webhook {
        id: format!("webhook-{:06}", number()),
        owner: UserId(7),
        url: "https://receiver.example.org/hook?ü='\"".to_owned(),
        events: vec!["record.published".to_owned(), "record.deleted".to_owned()],
        collection: None,
        secret: WebhookSecret("whsec_c2VjcmV0".to_owned()),
        revision: 1,
        created: time(0),
        failures: 0,
        disabled: None,
    }
}

pub(super) async fn happens(
    database: &dyn Database,
    webhook: &Webhook,
    at: Timestamp,
) -> WebhookDelivery {
    let delivery = WebhookDelivery {
        id: format!("delivery-{}", number()),
        webhook: webhook.id.clone(),
        event: "record.updated".to_owned(),
        collection: collection("records"),
        record: id(),
        revision: 4,
        state: DeliveryState::Waiting,
        created: at,
        changed: at,
        attempts: 0,
        status: None,
        answer: None,
    };
    database.write(vec![Change::InsertDelivery(delivery.clone())]).await.unwrap();
    delivery
}

fn attempt(is_delivered: bool) -> Attempt {
    let status = Some(if is_delivered { 204 } else { 500 });
    Attempt { is_delivered, status, answer: "answer".to_owned(), at: time(9) }
}
