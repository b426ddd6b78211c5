//! A record's DOI from its publication on.

use std::time::Duration;

use harness::{DataCite, TestApp, documents};
use http::Method;
use repono_server::app::AppConfig;
use serde_json::{Value, json};

use crate::tasks::{run, settled};

use super::{app, doi, edit, publish, published, registered, registering, related, titled, until};

async fn delete(app: &TestApp, id: &str) {
    let path = format!("/api/records/{id}/delete");
    app.admin.send(Method::DELETE, &path, "application/json", "{}").await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_findable_with_its_work() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;

    let (id, work) = published(&app, &titled("Zirconium")).await;

    let version = registered(&app, &datacite, &id).await;
    assert_eq!(version.state, "findable");
    assert_eq!(version.url, format!("{}/records/{id}", app.app.url));
    assert_eq!(version.metadata["titles"], json!([{"title": "Zirconium"}]));
    assert_eq!(version.metadata["types"]["resourceTypeGeneral"], "Image");
    assert_eq!(related(&version), [("IsVersionOf".to_owned(), doi(&work))]);
    let concept = registered(&app, &datacite, &work).await;
    assert_eq!(concept.state, "findable");
    assert_eq!(concept.url, format!("{}/records/{work}", app.app.url));
    assert_eq!(related(&concept), [("HasVersion".to_owned(), doi(&id))]);
    let listed = app.admin.get("/api/admin/dois?progress=done").await.expect(200).json();
    assert_eq!(listed["hits"]["hits"].as_array().unwrap().len(), 2, "{listed}");
    assert_eq!(listed["hits"]["hits"][0]["state"], "findable");
    assert_eq!((&listed["failed"], &listed["registration"]), (&json!(0), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_replaces_what_is_said_of_a_record() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let mut record = titled("Before");
    record["metadata"]["subjects"] = json!([{"subject": "minerals"}]);
    record["metadata"]["version"] = json!("v1");
    let (id, work) = published(&app, &record).await;
    let before = registered(&app, &datacite, &id).await;
    assert_eq!(before.metadata["subjects"], json!([{"subject": "minerals"}]));

    edit(&app, &id, &titled("After")).await;

    let after = registered(&app, &datacite, &id).await;
    assert_eq!(after.metadata["titles"], json!([{"title": "After"}]));
    assert_eq!(after.metadata["subjects"], json!([]));
    assert_eq!(after.metadata["version"], json!(null));
    let concept = registered(&app, &datacite, &work).await;
    assert_eq!(concept.metadata["titles"], json!([{"title": "After"}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_hidden_and_what_is_restored_is_found_again() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let (id, work) = published(&app, &titled("Ephemeral")).await;
    registered(&app, &datacite, &id).await;
    registered(&app, &datacite, &work).await;

    delete(&app, &id).await;

    for id in [&id, &work] {
        let doi = until(&app, id, |doi| doi["state"] == "registered").await;
        assert_eq!(doi["progress"], "done");
        assert_eq!(registered(&app, &datacite, id).await.state, "registered");
    }

    app.admin.act(&format!("/api/records/{id}/restore")).await.expect(200);

    for id in [&id, &work] {
        until(&app, id, |doi| doi["state"] == "findable").await;
        assert_eq!(registered(&app, &datacite, id).await.state, "findable");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doi_of_a_work_is_kept_at_its_latest_version() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let (first, work) = published(&app, &titled("First")).await;
    registered(&app, &datacite, &work).await;

    let second = app.alice.act(&format!("/api/records/{first}/versions")).await.expect(201).id();
    let draft = format!("/api/records/{second}/draft");
    app.alice.put(&draft, &titled("Second")).await.expect(200);
    publish(&app, &second).await;

    let version = registered(&app, &datacite, &second).await;
    let relations =
        [("IsNewVersionOf".to_owned(), doi(&first)), ("IsVersionOf".to_owned(), doi(&work))];
    assert_eq!(related(&version), relations);
    let concept = registered(&app, &datacite, &work).await;
    assert_eq!(concept.metadata["titles"], json!([{"title": "Second"}]));
    let mut versions = [&first, &second].map(|id| ("HasVersion".to_owned(), doi(id)));
    versions.sort();
    assert_eq!(related(&concept), versions);

    delete(&app, &second).await;

    until(&app, &second, |doi| doi["state"] == "registered").await;
    let concept = registered(&app, &datacite, &work).await;
    assert_eq!(concept.metadata["titles"], json!([{"title": "First"}]));
    assert_eq!(related(&concept), [("HasVersion".to_owned(), doi(&first))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_of_a_restricted_record() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let mut record = titled("Secret");
    record["access"]["record"] = json!("restricted");

    let (id, work) = published(&app, &record).await;

    for id in [&id, &work] {
        let held = registered(&app, &datacite, id).await;
        assert_eq!((&*held.state, held.metadata.len()), ("draft", 0));
    }

    edit(&app, &id, &titled("Open")).await;

    assert_eq!(registered(&app, &datacite, &id).await.state, "findable");

    edit(&app, &id, &record).await;

    for id in [&id, &work] {
        assert_eq!(registered(&app, &datacite, id).await.state, "registered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doi_that_was_brought_along_is_left_alone() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let (other, _) = published(&app, &titled("Other")).await;
    let before = registered(&app, &datacite, &other).await;
    let mut external = titled("External");
    external["pids"] = json!({"doi": {"identifier": "10.83125/elsewhere", "provider": "external"}});
    let mut claimed = titled("Claimed");
    claimed["pids"] = json!({"doi": {"identifier": doi(&other), "provider": "datacite"}});

    for record in [external, claimed] {
        let (id, _) = published(&app, &record).await;

        app.admin.get(&format!("/api/admin/dois/{id}")).await.expect(404);
    }
    assert_eq!(datacite.doi("10.83125/elsewhere"), None);
    assert_eq!(datacite.doi(&doi(&other)), Some(before));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_records_keep_the_rules_of_datacite() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;

    let records: Vec<_> = documents("records", 1500)
        .iter()
        .step_by(30)
        .map(|record| {
            let mut record: Value = serde_json::from_str(record).unwrap();
            // They came with DOIs of others.
            record.as_object_mut().unwrap().remove("pids");
            record.to_string()
        })
        .collect();
    let imported = app
        .admin
        .send(
            Method::POST,
            "/api/records/import?publish=true",
            "application/x-ndjson",
            records.join("\n"),
        )
        .await
        .expect(200);

    for _ in 0..600 {
        let waiting = app.admin.get("/api/admin/dois?progress=waiting").await.expect(200).json();
        if waiting["hits"]["hits"].as_array().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let failed = app.admin.get("/api/admin/dois?progress=failed").await.expect(200).json();
    assert_eq!(failed["hits"]["hits"], json!([]), "{}", imported.text());
    let done = app.admin.get("/api/admin/dois?progress=done&size=500").await.expect(200).json();
    assert_eq!(done["hits"]["hits"].as_array().unwrap().len(), 2 * records.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_before_there_was_an_agency_is_registered_when_it_is_asked_for() {
    let datacite = DataCite::start().await;
    let prefix = |app: &mut AppConfig| DataCite::PREFIX.clone_into(&mut app.config.doi.prefix);
    let before = TestApp::with(prefix).await;
    let (early, work) = published(&before, &titled("Early")).await;
    let app = TestApp::on(before.stop().await, registering(&datacite)).await;
    let (known, of_known) = published(&app, &titled("Known")).await;
    for id in [&known, &of_known] {
        registered(&app, &datacite, id).await;
    }

    let register = || run(&app, "repono.register-dois", json!({"collection": "records"}));
    let task = settled(&app, &register().await).await;

    assert_eq!(task["result"], json!({"registered": 2, "refused": 0}), "{task}");
    for id in [&early, &work] {
        assert_eq!(registered(&app, &datacite, id).await.state, "findable");
    }
    let task = settled(&app, &register().await).await;
    assert_eq!(task["result"], json!({"registered": 0, "refused": 0}), "{task}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_when_the_server_stops_is_registered_by_the_next() {
    let datacite = DataCite::start().await;
    let quiet = TestApp::with(|app| {
        registering(&datacite)(app);
        app.config.tasks.workers = 0;
    })
    .await;
    let (id, _) = published(&quiet, &titled("Patient")).await;
    assert_eq!(datacite.requests(), Vec::<String>::new());

    let folder = quiet.stop().await;
    let app = TestApp::on(folder, registering(&datacite)).await;

    assert_eq!(registered(&app, &datacite, &id).await.state, "findable");
}
