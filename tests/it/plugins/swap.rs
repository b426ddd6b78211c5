//! Plugins are installed, upgraded and rolled back while the server works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use harness::{Client, TestApp, test_guest};
use http::Method;
use serde_json::{Value, json};

fn specimen(name: &str) -> Value {
    json!({"metadata": {"name": name, "weight_g": 12.5}, "files": {"enabled": false}})
}

async fn publish(client: &Client, name: &str) -> String {
    let id = client.post("/api/specimens", &specimen(name)).await.expect(201).id();
    client.act(&format!("/api/specimens/{id}/draft/actions/publish")).await.expect(202);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_is_there_as_soon_as_its_plugin_is_active() {
    let app = TestApp::bare().await;
    app.alice.post("/api/specimens", &specimen("Too early")).await.expect(404);

    app.activate(&test_guest("specimens-1-0"), &[]).await;

    let id = publish(&app.alice, "Emu egg").await;
    assert_eq!(app.anonymous.get("/api/specimens?q=emu").await.json()["hits"]["hits"][0]["id"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_migrates_what_is_stored_and_a_rollback_takes_it_back() {
    let app = TestApp::bare().await;
    app.activate(&test_guest("specimens-1-0"), &[]).await;
    let id = publish(&app.alice, "Dodo bone").await;
    let path = format!("/api/specimens/{id}");
    let first_index = index_of(&app).await;

    app.activate(&test_guest("specimens-1-1"), &[]).await;

    assert_eq!(app.anonymous.get(&path).await.json()["metadata"]["habitat"], "unknown");
    let refused =
        app.alice.post("/api/specimens", &specimen("No habitat")).await.expect(201).json();
    assert_eq!(refused["errors"][0]["field"], "metadata.habitat", "{refused}");
    let revisions = app.admin.get(&format!("{path}/revisions")).await.json();
    assert_ne!(revisions[0]["plugin"], revisions[1]["plugin"]);
    assert_eq!(revisions[1]["schema_version"], 2);

    let reply = app.admin.act("/api/admin/plugins/specimens/rollback").await;
    assert_eq!(reply.lines().last().unwrap()["done"], true, "{}", reply.text());

    assert!(app.anonymous.get(&path).await.json()["metadata"].get("habitat").is_none());
    assert_eq!(index_of(&app).await, first_index, "the index before was kept");
    publish(&app.alice, "Without habitat again").await;
    assert_eq!(app.anonymous.get("/api/specimens").await.json()["hits"]["total"], 2);
}

async fn index_of(app: &TestApp) -> String {
    let indices = app.admin.get("/api/admin/indices").await.expect(200).json();
    let of = |entry: &&Value| entry["collection"] == "specimens";
    let entry = indices["collections"].as_array().unwrap().iter().find(of).unwrap();
    entry["index"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_and_search_is_never_empty_while_versions_change() {
    let app = TestApp::bare().await;
    app.activate(&test_guest("specimens-1-0"), &[]).await;
    for number in 0..30 {
        publish(&app.alice, &format!("Moa feather {number}")).await;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..3)
        .map(|worker| {
            tokio::spawn(load(app.alice.clone(), app.anonymous.clone(), worker, Arc::clone(&stop)))
        })
        .collect();

    for _ in 0..5 {
        app.activate(&test_guest("specimens-1-1"), &[]).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        let reply = app.admin.act("/api/admin/plugins/specimens/rollback").await;
        assert_eq!(reply.lines().last().unwrap()["done"], true, "{}", reply.text());
    }
    stop.store(true, Ordering::Relaxed);

    let mut published = Vec::new();
    for worker in load {
        published.extend(worker.await.unwrap());
    }
    for id in published {
        let found = app.anonymous.get(&format!("/api/specimens?q=id:{id}")).await.json();
        assert_eq!(found["hits"]["total"], 1, "{id} was published during a swap and is not found");
    }
}

/// Reads, searches and deposits; every answer must be a success. A draft that is saved under one
/// version and published under the next may be refused, with its reason.
async fn load(
    client: Client,
    anonymous: Client,
    worker: usize,
    stop: Arc<AtomicBool>,
) -> Vec<String> {
    let mut published = Vec::new();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let found = anonymous.get("/api/specimens?q=moa&size=1").await.expect(200).json();
        assert_eq!(found["hits"]["total"], 30, "search shows {} of 30", found["hits"]["total"]);
        let mut document = specimen(&format!("Kiwi {worker} {number}"));
        document["metadata"]["habitat"] = json!("forest");
        let id = client.post("/api/specimens", &document).await.expect(201).id();
        let reply = client.act(&format!("/api/specimens/{id}/draft/actions/publish")).await;
        assert!(reply.status == 202 || reply.status == 400, "{} {}", reply.status, reply.text());
        if reply.status == 202 {
            published.push(id);
        }
    }
    published
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_with_other_grants_are_refused_as_long_as_they_are_installed() {
    let app = TestApp::bare().await;
    let component = std::fs::read(test_guest("specimens-1-0")).unwrap();
    let install = async |grants: &str| {
        let path = format!("/api/admin/plugins{grants}");
        app.admin.send(Method::POST, &path, "application/wasm", component.clone()).await
    };
    let installed = install("").await.expect(201).json();
    install("").await.expect(201);

    let refused = install("?grant=records").await.expect(409).json();

    let sentence = refused["message"].as_str().unwrap();
    assert!(sentence.contains("with other grants or settings"), "{sentence}");
    let digest = installed["digest"].as_str().unwrap();
    app.admin.delete(&format!("/api/admin/plugins/specimens?digest={digest}")).await.expect(204);
    install("?grant=records").await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_plugins_records_are_kept_and_come_back_with_it() {
    let app = TestApp::bare().await;
    app.activate(&test_guest("specimens-1-0"), &[]).await;
    let id = publish(&app.alice, "Thylacine").await;

    app.admin.act("/api/admin/plugins/specimens/deactivate").await;
    app.anonymous.get(&format!("/api/specimens/{id}")).await.expect(404);
    let kept = app.admin.delete("/api/admin/plugins/specimens").await.expect(409);
    assert!(kept.json()["message"].as_str().unwrap().len() > 20);

    app.admin.post("/api/admin/plugins/specimens/activate", &json!({})).await;
    app.anonymous.get(&format!("/api/specimens/{id}")).await.expect(200);
}
