//! Webhooks, from a change of a record to its receiver.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Heard, Manner, Receiver, TestApp, minimal_record};
use hmac::{Hmac, Mac as _};
use repono_server::app::AppConfig;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::mail::letters_to;

/// Receivers of tests are on this machine, and nobody has time.
fn patient(app: &mut AppConfig) {
    let webhooks = &mut app.config.webhooks;
    webhooks.trusted_hosts.insert("127.0.0.1".to_owned());
    webhooks.pause_ms = 20;
    webhooks.longest_pause_ms = 100;
    webhooks.timeout_ms = 1000;
}

async fn add(app: &TestApp, receiver: &Receiver, more: Value) -> Value {
    let mut asked = json!({"url": receiver.url});
    asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.admin.post("/api/admin/webhooks", &asked).await.expect(201).json()
}

async fn publish(app: &TestApp, record: &Value) -> String {
    let id = app.alice.post("/api/records", record).await.expect(201).id();
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    id
}

async fn publish_many(app: &TestApp, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(publish(app, &minimal_record(&format!("Number {number}"))).await);
    }
    ids
}

async fn edit(app: &TestApp, id: &str, title: &str) {
    app.alice.act(&format!("/api/records/{id}/draft")).await.expect(201);
    let draft = format!("/api/records/{id}/draft");
    app.alice.put(&draft, &minimal_record(title)).await.expect(200);
    app.alice.act(&format!("{draft}/actions/publish")).await.expect(202);
}

/// Looks at a webhook until it is as wanted.
async fn until(app: &TestApp, webhook: &Value, is_so: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/api/admin/webhooks/{}", webhook["id"].as_str().unwrap());
    for _ in 0..600 {
        let shown = app.admin.get(&path).await.expect(200).json();
        if is_so(&shown) {
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the webhook does not come to this: {}", app.admin.get(&path).await.text());
}

async fn deliveries(app: &TestApp, webhook: &Value) -> Vec<Value> {
    let id = webhook["id"].as_str().unwrap();
    let all = app.admin.get(&format!("/api/admin/webhooks/{id}/deliveries")).await.expect(200);
    all.json()["hits"]["hits"].as_array().unwrap().clone()
}

#[track_caller]
fn is_signed(heard: &Heard, webhook: &Value) {
    let secret = webhook["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(secret).unwrap()).unwrap();
    let [id, at] = ["webhook-id", "webhook-timestamp"].map(|name| heard.header(name));
    mac.update(format!("{id}.{at}.{}", heard.body).as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(heard.header("webhook-signature"), signature);
}

fn told(heard: &[Heard]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let told = heard.iter().map(Heard::json);
    told.map(|told| (text(&told["type"]), text(&told["data"]["id"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_is_told_of_everything_signed_and_in_order() {
    let app = TestApp::with(patient).await;
    let receiver = Receiver::start().await;
    let webhook = add(&app, &receiver, json!({})).await;

    let id = publish(&app, &minimal_record("Before")).await;
    receiver.hears(1).await;
    edit(&app, &id, "After").await;
    receiver.hears(2).await;
    app.admin.delete(&format!("/api/records/{id}/delete")).await.expect(204);

    let heard = receiver.hears(3).await;
    let kinds = ["record.published", "record.updated", "record.deleted"];
    assert_eq!(told(&heard), kinds.map(|kind| (kind.to_owned(), id.clone())));
    for one in &heard {
        is_signed(one, &webhook);
    }
    let [published, updated, deleted] =
        [0, 1, 2].map(|place: usize| heard[place].json()["data"].clone());
    assert_eq!(published["record"]["metadata"]["title"], "Before");
    assert_eq!((&published["collection"], &published["revision"]), (&json!("records"), &json!(1)));
    assert_eq!(updated["record"]["metadata"]["title"], "After");
    assert_eq!((&deleted["record"], &deleted["revision"]), (&Value::Null, &json!(3)));
    let shown = app
        .anonymous
        .get(
            published["links"]["self"]
                .as_str()
                .unwrap()
                .split_once("/api")
                .map(|(_, path)| format!("/api{path}"))
                .unwrap()
                .as_str(),
        )
        .await;
    shown.expect(410);

    until(&app, &webhook, |shown| shown["state"] == "active").await;
    let listed = deliveries(&app, &webhook).await;
    assert_eq!(listed.len(), 3);
    assert_eq!((&listed[0]["event"], &listed[0]["record"]), (&json!("record.deleted"), &json!(id)));
    for delivery in &listed[1..] {
        assert_eq!(
            (&delivery["state"], &delivery["status"], &delivery["attempts"]),
            (&json!("delivered"), &json!(204), &json!(1))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_is_told_of_what_it_asked_for() {
    let app = TestApp::with(patient).await;
    let (all, some, elsewhere) =
        (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    add(&app, &all, json!({})).await;
    add(&app, &some, json!({"events": ["record.updated"], "collection": "records"})).await;
    add(&app, &elsewhere, json!({"collection": "biotools"})).await;

    let id = publish(&app, &minimal_record("Told of")).await;
    edit(&app, &id, "Told of again").await;

    all.hears(2).await;
    assert_eq!(told(&some.hears(1).await), [("record.updated".to_owned(), id)]);
    assert_eq!(elsewhere.heard().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_record_that_is_not_for_everyone_its_ids_are_told() {
    let app = TestApp::with(patient).await;
    let receiver = Receiver::start().await;
    add(&app, &receiver, json!({})).await;
    let mut record = minimal_record("Confidential");
    record["access"]["record"] = json!("restricted");

    let id = publish(&app, &record).await;

    let heard = receiver.hears(1).await;
    assert_eq!(heard[0].json()["data"]["id"], json!(id));
    assert!(!heard[0].body.contains("Confidential"), "{}", heard[0].body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_fails_in_any_way_is_told_again_in_order_until_it_takes_it() {
    let app = TestApp::with(patient).await;
    let home = Receiver::start().await;
    let receiver = Receiver::start().await;
    let webhook = add(&app, &receiver, json!({})).await;
    receiver.becomes(Manner::Refuse);
    let ids = publish_many(&app, 3).await;
    until(&app, &webhook, |shown| shown["failures"].as_u64() >= Some(2)).await;

    for manner in [
        Manner::Status(500, "out of order"),
        Manner::Status(429, ""),
        Manner::Redirect(home.url.clone()),
        Manner::Cut,
        Manner::Malformed,
        Manner::Hang,
    ] {
        let before = receiver.heard().len();
        receiver.becomes(manner);
        receiver.hears(before + 2).await;
    }
    let waiting = deliveries(&app, &webhook).await;
    receiver.becomes(Manner::Status(200, "at last"));
    until(&app, &webhook, |shown| shown["failures"] == 0).await;

    assert_eq!(waiting.iter().filter(|one| one["state"] == "waiting").count(), 3, "{waiting:?}");
    let heard = receiver.hears(15).await;
    let taken: Vec<_> =
        heard.iter().filter(|one| one.manner == Manner::Status(200, "at last")).cloned().collect();
    let expected = ids.iter().map(|id| ("record.published".to_owned(), id.clone()));
    assert_eq!(told(&taken), expected.collect::<Vec<_>>());
    let first = heard[0].header("webhook-id");
    for one in heard.iter().take_while(|one| one.manner != Manner::Status(200, "at last")) {
        assert_eq!(one.header("webhook-id"), first, "the others wait for the first");
    }
    assert_eq!(home.heard().len(), 0, "a redirection is not followed");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_huge_answer_its_status_counts() {
    let app = TestApp::with(patient).await;
    let receiver = Receiver::start().await;
    let webhook = add(&app, &receiver, json!({})).await;
    receiver.becomes(Manner::Huge);

    publish(&app, &minimal_record("Large thanks")).await;

    receiver.hears(1).await;
    let delivered = async || deliveries(&app, &webhook).await[0]["state"] == "delivered";
    for _ in 0..200 {
        if delivered().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let listed = deliveries(&app, &webhook).await;
    assert_eq!((&listed[0]["state"], &listed[0]["attempts"]), (&json!("delivered"), &json!(1)));
    assert!(listed[0]["answer"].as_str().unwrap().len() <= 500, "{}", listed[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_fails_too_often_is_told_nothing_and_its_owner_why() {
    let app = TestApp::with(|app| {
        patient(app);
        app.config.webhooks.disable_after = 3.try_into().unwrap();
    })
    .await;
    let receiver = Receiver::start().await;
    let webhook = add(&app, &receiver, json!({})).await;
    receiver.becomes(Manner::Status(503, "out of order"));
    let before = publish(&app, &minimal_record("Before")).await;

    let disabled = until(&app, &webhook, |shown| shown["state"] == "disabled").await;
    let ignored = publish(&app, &minimal_record("Meanwhile")).await;

    assert_eq!(disabled["why"], "it answered 503: out of order");
    assert_eq!((receiver.heard().len(), &disabled["failures"]), (3, &json!(3)));
    let letters = letters_to(&app, "admin@localhost", 1).await;
    assert!(letters[0].subject.contains("webhook was disabled"), "{letters:?}");
    assert!(letters[0].text.contains(webhook["id"].as_str().unwrap()), "{letters:?}");
    assert!(letters[0].text.contains("503: out of order"), "{letters:?}");

    receiver.becomes(Manner::Status(204, ""));
    let id = webhook["id"].as_str().unwrap();
    let enabled = app.admin.act(&format!("/api/admin/webhooks/{id}/enable")).await.expect(200);
    assert_eq!(enabled.json()["state"], "active");
    let after = publish(&app, &minimal_record("After")).await;

    let heard = told(&receiver.hears(5).await[3..]);
    let published = |id: &String| ("record.published".to_owned(), id.clone());
    assert_eq!(heard, [published(&before), published(&after)], "{ignored} happened meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_is_not_told_again() {
    let app = TestApp::with(patient).await;
    let receiver = Receiver::start().await;
    let webhook = add(&app, &receiver, json!({})).await;
    receiver.becomes(Manner::Status(410, ""));

    publish_many(&app, 2).await;

    let disabled = until(&app, &webhook, |shown| shown["state"] == "disabled").await;
    assert!(disabled["why"].as_str().unwrap().contains("410"), "{disabled}");
    assert_eq!(receiver.heard().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_told_after_a_restart() {
    let app = TestApp::with(patient).await;
    let receiver = Receiver::start().await;
    add(&app, &receiver, json!({})).await;
    receiver.becomes(Manner::Hang);
    let ids = publish_many(&app, 2).await;
    receiver.hears(1).await;

    let folder = app.stop().await;
    let so_far = receiver.heard().len();
    receiver.becomes(Manner::Status(204, ""));
    let app = TestApp::on(folder, patient).await;

    let heard = receiver.hears(so_far + 2).await;
    let expected: Vec<_> = ids.into_iter().map(|id| ("record.published".to_owned(), id)).collect();
    assert_eq!(told(&heard[so_far..]), expected);
    drop(app);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_too_long_is_given_up() {
    let app = TestApp::with(|app| {
        patient(app);
        app.config.webhooks.most_waiting = 2.try_into().unwrap();
    })
    .await;
    let receiver = Receiver::start().await;
    let webhook = add(&app, &receiver, json!({})).await;
    receiver.becomes(Manner::Refuse);
    let ids = publish_many(&app, 4).await;
    for _ in 0..200 {
        let all = deliveries(&app, &webhook).await;
        if all.iter().filter(|one| one["state"] == "dropped").count() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    receiver.becomes(Manner::Status(204, ""));

    let heard = told(&receiver.hears(2).await);
    let expected: Vec<_> =
        ids[2..].iter().map(|id| ("record.published".to_owned(), id.clone())).collect();
    assert_eq!(heard, expected);
    let all = deliveries(&app, &webhook).await;
    let dropped: Vec<_> = all.iter().filter(|one| one["state"] == "dropped").collect();
    assert_eq!(dropped.len(), 2, "{all:?}");
    assert!(dropped[0]["answer"].as_str().unwrap().contains("given up"), "{dropped:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_of_a_webhook_is_told_at_once() {
    let app = TestApp::new().await;
    let asked = json!({
        "url": "https://192.168.1.1/hook",
        "events": ["record.published", "record.read"],
        "collection": "nowhere",
    });

    let refused = app.admin.post("/api/admin/webhooks", &asked).await.expect(400).json();

    let fields: Vec<_> =
        refused["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["url", "events", "collection"], "{refused}");
    assert!(refused.to_string().contains("trusted_hosts"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_told_once_and_a_webhook_is_for_administrators() {
    let app = TestApp::with(patient).await;
    let receiver = Receiver::start().await;
    let webhook = add(&app, &receiver, json!({})).await;
    let (id, secret) = (webhook["id"].as_str().unwrap(), webhook["secret"].as_str().unwrap());
    let path = format!("/api/admin/webhooks/{id}");

    let list = app.admin.get("/api/admin/webhooks").await.expect(200);
    let one = app.admin.get(&path).await.expect(200);

    assert!(!list.text().contains(secret) && !one.text().contains(secret));
    for path in [&path, "/api/admin/webhooks", &format!("{path}/deliveries")] {
        app.alice.get(path).await.expect(403);
    }
    app.alice.post("/api/admin/webhooks", &json!({"url": receiver.url})).await.expect(403);
    app.alice.delete(&path).await.expect(403);
    app.admin.delete(&path).await.expect(204);
    app.admin.get(&path).await.expect(404);
    publish(&app, &minimal_record("Of no interest")).await;
    assert_eq!(receiver.heard().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_is_tried_out_and_says_what_it_thinks() {
    let app = TestApp::with(patient).await;
    let receiver = Receiver::start().await;
    let webhook = add(&app, &receiver, json!({})).await;
    let path = format!("/api/admin/webhooks/{}/try", webhook["id"].as_str().unwrap());
    receiver.becomes(Manner::Status(401, "who are you?"));

    let answered = app.admin.act(&path).await.expect(200).json();
    receiver.becomes(Manner::Refuse);
    app.admin.act(&path).await.expect(503);

    assert_eq!(answered, json!({"status": 401, "answer": "who are you?"}));
    let heard = receiver.heard();
    assert_eq!(heard[0].json()["type"], "webhook.test");
    is_signed(&heard[0], &webhook);
    assert_eq!(deliveries(&app, &webhook).await.len(), 0);
}
