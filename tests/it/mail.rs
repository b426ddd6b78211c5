//! Letters.

use std::time::Duration;

use harness::{Later, TestApp, minimal_record};
use jiff::SignedDuration;
use mailparse::{MailHeaderMap as _, ParsedMail};
use serde_json::{Value, json};

use crate::tasks::settled;

/// A letter as its reader sees it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) id: String,
    to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    html: Option<String>,
}

/// All letters that were sent.
pub(crate) fn letters(app: &TestApp) -> Vec<Seen> {
    let Ok(folder) = std::fs::read_dir(app.folder().join("mail/new")) else { return Vec::new() };
    let read = |entry: std::io::Result<std::fs::DirEntry>| std::fs::read(entry.unwrap().path());
    folder.map(read).map(|letter| seen(&mailparse::parse_mail(&letter.unwrap()).unwrap())).collect()
}

fn seen(letter: &ParsedMail<'_>) -> Seen {
    let header = |name| letter.headers.get_first_value(name).unwrap();
    let part = |kind: &str| {
        let part = letter.parts().find(|part| part.ctype.mimetype == kind)?;
        Some(part.get_body().unwrap().replace("\r\n", "\n"))
    };
    Seen {
        id: header("Message-ID"),
        to: header("To"),
        subject: header("Subject"),
        text: part("text/plain").unwrap(),
        html: part("text/html"),
    }
}

/// The letters to this address, once there are so many.
pub(crate) async fn letters_to(app: &TestApp, address: &str, count: usize) -> Vec<Seen> {
    for _ in 0..1200 {
        let mut letters = letters(app);
        letters.retain(|letter| letter.to == address);
        if letters.len() >= count {
            return letters;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a minute was not enough for {count} letters to {address}: {:?}", letters(app));
}

async fn draft(app: &TestApp, title: &str) -> String {
    app.alice.post("/api/records", &minimal_record(title)).await.expect(201).id()
}

/// A record of Alice's, published by an administrator.
async fn published_by_admin(app: &TestApp, title: &str) -> String {
    let id = draft(app, title).await;
    app.admin.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    id
}

/// The tasks that send letters, the newest first.
async fn mail_tasks(app: &TestApp) -> Vec<Value> {
    let listed = app.admin.get("/api/admin/tasks?kind=repono.mail").await.expect(200).json();
    listed["hits"]["hits"].as_array().unwrap().clone()
}

async fn run(app: &TestApp, kind: &str, payload: Value) -> Value {
    let asked = json!({"kind": kind, "payload": payload});
    let id = app.admin.post("/api/admin/tasks", &asked).await.expect(201).id();
    settled(app, &id).await
}

async fn want(app: &TestApp, settings: Value) {
    app.alice.put("/api/me/mail", &settings).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_letters_are_kept_in_the_data_folder() {
    let app = TestApp::new().await;

    let sent = app.admin.post("/api/admin/mail/try", &json!({"to": "it@example.org"})).await;

    let id = sent.expect(200).id();
    let kept = letters(&app);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].id, format!("<{id}@localhost>"));
    assert_eq!(kept[0].to, "it@example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_is_told() {
    let app = TestApp::new().await;

    let sent = app.admin.post("/api/admin/mail/try", &json!({"to": "it at example.org"})).await;

    let told = sent.expect(400).text();
    assert!(told.contains("it at example.org") && told.contains("address"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_told_what_others_did_and_not_what_they_did_themselves() {
    let app = TestApp::new().await;
    let own = draft(&app, "Own").await;
    app.alice.act(&format!("/api/records/{own}/draft/actions/publish")).await.expect(202);

    let id = published_by_admin(&app, "Moss & <lichen>").await;
    letters_to(&app, "alice@example.org", 1).await;
    let removal = json!({"note": "It holds personal data."});
    let path = format!("/api/records/{id}/delete");
    app.admin
        .send(http::Method::DELETE, &path, "application/json", removal.to_string())
        .await
        .expect(204);
    letters_to(&app, "alice@example.org", 2).await;
    app.admin.act(&format!("/api/records/{id}/restore")).await;

    let mut letters = letters_to(&app, "alice@example.org", 3).await;
    letters.sort_by(|one, other| one.subject.cmp(&other.subject));
    let subjects: Vec<_> = letters.iter().map(|letter| letter.subject.as_str()).collect();
    let expected = ["deleted", "published", "restored"]
        .map(|what| format!("Your record was {what}: Moss & <lichen>"));
    assert_eq!(subjects, expected);
    assert!(letters[0].text.contains("It holds personal data."), "{letters:?}");
    for letter in &letters {
        assert!(letter.text.contains(&format!("/records/{id}")), "{letter:?}");
        assert!(letter.html.as_ref().unwrap().contains("Moss &amp; &lt;lichen&gt;"), "{letter:?}");
    }
    let sent = mail_tasks(&app).await;
    assert_eq!(sent.len(), 3, "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_in_its_readers_language() {
    let app = TestApp::new().await;
    want(&app, json!({"language": "de-AT"})).await;

    published_by_admin(&app, "Moose").await;

    let letters = letters_to(&app, "alice@example.org", 1).await;
    assert_eq!(letters[0].subject, "Ihr Eintrag wurde veröffentlicht: Moose");
    let settings = app.alice.get("/api/me/mail").await.expect(200).json();
    let expected = json!({"language": "de-AT", "records": "immediately", "webhooks": "immediately", "tasks": "daily"});
    assert_eq!(settings, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_sent_once_however_often_its_task_is_done() {
    let app = TestApp::new().await;
    published_by_admin(&app, "Once").await;
    let letters = letters_to(&app, "alice@example.org", 1).await;
    let payload = mail_tasks(&app).await[0]["payload"].clone();

    let again = run(&app, "repono.mail", payload.clone()).await;

    assert_eq!(again["state"], "succeeded", "{again}");
    assert_eq!(letters_to(&app, "alice@example.org", 1).await.len(), 1);
    let id = payload["letter"].as_str().unwrap();
    assert_eq!(
        letters[0].id,
        format!("<{id}@localhost>"),
        "it is known by the event and the person"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_not_taken_now_is_sent_later() {
    let app = TestApp::new().await;
    let folder = app.folder().join("mail");
    std::fs::write(&folder, "no folder").unwrap();
    published_by_admin(&app, "Later").await;
    let mut error = Value::Null;
    for _ in 0..600 {
        error = mail_tasks(&app).await[0]["error"].clone();
        if !error.is_null() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    std::fs::remove_file(&folder).unwrap();

    assert!(error.as_str().unwrap().contains("mail is not available"), "{error}");
    assert_eq!(letters_to(&app, "alice@example.org", 1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_never_is_taken_is_given_up_with_its_address() {
    let app = TestApp::new().await;
    let refused = json!({"email": "no..body@example.org"});
    let user = app.admin.post("/api/admin/users", &refused).await.expect(201).id();
    let token = json!({"user": user.parse::<i64>().unwrap(), "name": "test"});
    let token = app.admin.post("/api/admin/tokens", &token).await.expect(201).json();
    let nobody = app.alice.with_secret(token["secret"].as_str());
    let id = nobody.post("/api/records", &minimal_record("Unread")).await.expect(201).id();

    app.admin.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);

    let task = mail_tasks(&app).await[0]["id"].as_str().unwrap().to_owned();
    let task = settled(&app, &task).await;
    assert_eq!((&task["state"], &task["attempts"]), (&json!("dead"), &json!(1)), "{task}");
    assert!(task["error"].as_str().unwrap().contains("no..body@example.org"), "{task}");
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_say_it_in_their_own_words() {
    let own = tempfile::tempdir().unwrap();
    let text = "Subject: Neu: {{ title }}\n\n{{ link }}\n";
    std::fs::write(own.path().join("record-published.de.txt"), text).unwrap();
    std::fs::write(own.path().join("record-deleted.en.txt"), "Subject: {{ nothing }}\n").unwrap();
    let app = TestApp::with(|app| {
        own.path().clone_into(&mut app.config.mail.templates);
        "de".clone_into(&mut app.config.mail.language);
    })
    .await;

    let id = published_by_admin(&app, "Farn").await;
    let checked = app.admin.get("/api/admin/mail/check").await.expect(200).json();
    let preview = "/api/admin/mail/templates/record-published?language=en";
    let preview = app.admin.get(preview).await.expect(200).json();
    app.admin.get("/api/admin/mail/templates/record-nothing").await.expect(404);

    let letters = letters_to(&app, "alice@example.org", 1).await;
    assert_eq!((letters[0].subject.as_str(), &letters[0].html), ("Neu: Farn", &None));
    let problems = checked["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].as_str().unwrap().contains("record-deleted.en.txt"), "{problems:?}");
    assert!(preview["subject"].as_str().unwrap().starts_with("Your record"), "{preview}");

    want(&app, json!({"language": "en"})).await;
    app.admin.delete(&format!("/api/records/{id}/delete")).await.expect(204);
    let task = mail_tasks(&app).await[0]["id"].as_str().unwrap().to_owned();
    let task = settled(&app, &task).await;
    assert_eq!(task["state"], "dead", "{task}");
    assert!(task["error"].as_str().unwrap().contains("record-deleted.en.txt"), "{task}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_is_told_once_a_day_or_not_at_all() {
    let app = TestApp::new().await;
    want(&app, json!({"records": "daily"})).await;
    published_by_admin(&app, "First").await;
    published_by_admin(&app, "Second").await;
    want(&app, json!({"records": "off"})).await;
    published_by_admin(&app, "Third").await;
    assert_eq!(mail_tasks(&app).await.len(), 0);

    let told = run(&app, "repono.digest", json!({})).await;
    let again = run(&app, "repono.digest", json!({})).await;

    assert_eq!((&told["result"]["letters"], &again["result"]["letters"]), (&json!(1), &json!(0)));
    let letters = letters_to(&app, "alice@example.org", 1).await;
    assert!(letters[0].text.contains("published: First"), "{letters:?}");
    assert!(letters[0].text.contains("published: Second"), "{letters:?}");
    assert!(!letters[0].text.contains("Third"), "{letters:?}");
    assert_eq!(mail_tasks(&app).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_are_told_the_next_day_what_was_given_up() {
    let app = TestApp::new().await;
    let missing = json!({"letter": "0".repeat(64)});
    for _ in 0..2 {
        assert_eq!(run(&app, "repono.mail", missing.clone()).await["state"], "dead");
    }
    let folder = app.stop().await;
    let tomorrow = |app: &mut repono_server::app::AppConfig| {
        app.config.tasks.scheduled = false;
        app.clock = std::sync::Arc::new(Later::than(&app.clock, SignedDuration::from_hours(24)));
    };
    let app = TestApp::on(folder, tomorrow).await;

    let told = run(&app, "repono.digest", json!({})).await;
    let again = run(&app, "repono.digest", json!({})).await;

    assert_eq!((&told["result"]["letters"], &again["result"]["letters"]), (&json!(1), &json!(0)));
    let letters = letters_to(&app, "admin@localhost", 1).await;
    assert!(letters[0].text.contains("2 × repono.mail"), "{letters:?}");
    assert!(letters[0].text.contains("repono task list --state dead"), "{letters:?}");
    assert_eq!(letters_to(&app, "alice@example.org", 0).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_ones_own_and_every_problem_is_told() {
    let app = TestApp::new().await;
    let wrong = json!({"language": "German", "tasks": "immediately"});

    let refused = app.alice.put("/api/me/mail", &wrong).await.expect(400).json();

    assert_eq!(refused["errors"].as_array().unwrap().len(), 2, "{refused}");
    app.alice.put("/api/me/mail", &json!({"records": "sometimes"})).await.expect(400);
    app.alice.get("/api/admin/users/3/mail").await.expect(403);
    app.admin.put("/api/admin/users/2/mail", &json!({"records": "off"})).await.expect(200);
    app.admin.get("/api/admin/users/99/mail").await.expect(404);
    assert_eq!(app.alice.get("/api/me/mail").await.expect(200).json()["records"], "off");
}
