//! DOIs at DataCite, as far as its stand-in is like it.

mod contract;
mod drafts;
mod failing;
mod life;

use std::time::Duration;

use harness::{DataCite, HeldDoi, TestApp, minimal_record};
use repono_server::app::AppConfig;
use serde_json::{Value, json};

/// A server that registers its DOIs.
async fn app(datacite: &DataCite) -> TestApp {
    TestApp::with(registering(datacite)).await
}

fn registering(datacite: &DataCite) -> impl FnOnce(&mut AppConfig) + use<> {
    let url = datacite.url();
    move |app| {
        app.config.doi.url = url;
        app.config.doi.timeout_ms = 1000;
        DataCite::PREFIX.clone_into(&mut app.config.doi.prefix);
    }
}

/// Publishes a record; answers its id and that of its work.
async fn published(app: &TestApp, record: &Value) -> (String, String) {
    let id = app.alice.post("/api/records", record).await.expect(201).id();
    publish(app, &id).await
}

async fn publish(app: &TestApp, id: &str) -> (String, String) {
    let path = format!("/api/records/{id}/draft/actions/publish");
    let record = app.alice.act(&path).await.expect(202).json();
    (id.to_owned(), record["parent"]["id"].as_str().unwrap().to_owned())
}

/// The draft of a published record, with another title.
async fn edit(app: &TestApp, id: &str, record: &Value) {
    app.alice.act(&format!("/api/records/{id}/draft")).await.expect(201);
    app.alice.put(&format!("/api/records/{id}/draft"), record).await.expect(200);
    publish(app, id).await;
}

fn titled(title: &str) -> Value {
    minimal_record(title)
}

fn doi(id: &str) -> String {
    format!("{}/{id}", DataCite::PREFIX)
}

/// What the server knows of a DOI, once that is as it must be.
async fn until(app: &TestApp, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..600 {
        let reply = app.admin.get(&format!("/api/admin/dois/{id}")).await;
        last = if reply.status == 404 { Value::Null } else { reply.expect(200).json() };
        if is_so(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the DOI of {id} stays {last}");
}

/// What DataCite has of a DOI once it has been told.
async fn registered(app: &TestApp, datacite: &DataCite, id: &str) -> HeldDoi {
    until(app, id, |doi| doi["progress"] == "done").await;
    datacite.doi(&doi(id)).unwrap()
}

/// What was not registered, and why.
async fn failure(app: &TestApp, id: &str) -> String {
    let doi = until(app, id, |doi| doi["progress"] == "failed").await;
    doi["failure"].as_str().unwrap().to_owned()
}

/// The relations of a DOI there to others.
fn related(held: &HeldDoi) -> Vec<(String, String)> {
    let related = held.metadata["relatedIdentifiers"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut related: Vec<_> = related
        .iter()
        .map(|related| (text(&related["relationType"]), text(&related["relatedIdentifier"])))
        .collect();
    related.sort();
    related
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_agency_dois_are_given_and_registered_nowhere() {
    let app = TestApp::new().await;

    let (id, _) = published(&app, &titled("Nowhere")).await;

    let listed = app.admin.get("/api/admin/dois").await.expect(200).json();
    assert_eq!(listed["registration"], false);
    assert_eq!(listed["hits"]["hits"], json!([]));
    app.admin.get(&format!("/api/admin/dois/{id}")).await.expect(404);
    let tasks = app.admin.get("/api/admin/tasks?kind=repono.register-doi").await.expect(200).json();
    assert_eq!(tasks["hits"]["hits"], json!([]));
    let told = app.admin.act("/api/admin/dois/actions/retry-failed").await.expect(200).json();
    assert_eq!(told["retried"], 0);
}
