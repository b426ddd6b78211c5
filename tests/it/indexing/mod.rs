//! Indices are built anew, gone back to, compared with the database and mended.

pub(crate) mod kills;

use std::sync::Arc;
use std::time::Duration;

use harness::{Client, Later, TestApp, minimal_record};
use jiff::SignedDuration;
use repono_service::ports::{IndexName, IndexWrite, Visible};
use serde_json::{Value, json};

async fn publish(client: &Client, title: &str) -> String {
    let id = client.post("/api/records", &minimal_record(title)).await.expect(201).id();
    client.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    id
}

/// Does long work; answers its last line.
pub(crate) async fn work(client: &Client, path: &str) -> Value {
    let reply = client.act(path).await;
    let last = reply.lines().pop().unwrap();
    assert_eq!(last["done"], true, "{path}: {}", reply.text());
    last
}

/// How the index of a collection is.
pub(crate) async fn status(client: &Client, collection: &str) -> Value {
    let state = client.get("/api/admin/indices").await.expect(200).json();
    let of = |entry: &&Value| entry["collection"] == collection;
    state["collections"].as_array().unwrap().iter().find(of).unwrap().clone()
}

/// Asks until every promise is struck out.
pub(crate) async fn nothing_waits(client: &Client) {
    for _ in 0..1_800 {
        let state = client.get("/api/admin/indices").await.expect(200).json();
        if state["lag"]["pending"] == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("three minutes were not enough to index what was promised");
}

pub(crate) async fn total(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200).json()["hits"]["total"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_rebuilt_while_it_is_searched_and_verified_before_it_is_used() {
    let app = TestApp::new().await;
    for number in 0..60 {
        publish(&app.alice, &format!("Record {number}")).await;
    }
    app.alice.post("/api/records", &minimal_record("A draft")).await.expect(201);
    let before = status(&app.admin, "records").await;
    let searches = tokio::spawn({
        let client = app.anonymous.clone();
        async move {
            let mut totals = Vec::new();
            for _ in 0..60 {
                totals.push(total(&client, "/api/records?size=1").await);
            }
            totals
        }
    });

    let done = work(&app.admin, "/api/admin/indices/records/rebuild?rate=500").await;

    assert!(searches.await.unwrap().iter().all(|total| *total == 60));
    assert_eq!((&done["documents"], &done["refused"]), (&json!(61), &json!(0)), "{done}");
    assert_eq!(done["checksum"].as_str().unwrap().len(), 64, "{done}");
    let after = status(&app.admin, "records").await;
    assert_ne!(after["index"], before["index"]);
    assert_eq!(after["kept"], json!([before["index"]]));
    assert_eq!(after["next"], Value::Null);
    assert_eq!(after["documents"], 61);
    let again = work(&app.admin, "/api/admin/indices/records/rebuild").await;
    assert_eq!(again["checksum"], done["checksum"], "the same records have the same checksum");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_before_a_rebuild_is_kept_brought_in_line_and_gone_back_to() {
    let app = TestApp::new().await;
    publish(&app.alice, "Before").await;
    let first = status(&app.admin, "records").await["index"].clone();
    work(&app.admin, "/api/admin/indices/records/rebuild").await;
    let second = status(&app.admin, "records").await["index"].clone();
    let missed = publish(&app.alice, "Only in the second").await;

    work(&app.admin, "/api/admin/indices/records/rollback").await;

    let state = status(&app.admin, "records").await;
    assert_eq!((&state["index"], &state["kept"]), (&first, &json!([second])));
    assert_eq!(total(&app.anonymous, &format!("/api/records?q=id:{missed}")).await, 1);
    publish(&app.alice, "After").await;
    assert_eq!(total(&app.anonymous, "/api/records").await, 3);

    work(&app.admin, "/api/admin/indices/records/rebuild").await;
    let indices = app.app.services.search.indices().await.unwrap();
    let of_records = indices.iter().filter(|index| index.0.starts_with("records-")).count();
    assert_eq!(of_records, 2, "one is kept and no more: {indices:?}");
    let refused = app.admin.act("/api/admin/indices/biotools/rollback").await.expect(409).json();
    assert!(refused["message"].as_str().unwrap().contains("rebuild"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_for_it_no_index_is_kept() {
    let app = TestApp::with(|app| app.config.indexing.kept_indices = 0).await;
    publish(&app.alice, "Alone").await;

    work(&app.admin, "/api/admin/indices/records/rebuild").await;

    assert_eq!(status(&app.admin, "records").await["kept"], json!([]));
    let indices = app.app.services.search.indices().await.unwrap();
    assert_eq!(indices.iter().filter(|index| index.0.starts_with("records-")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_found_mended_and_remembered() {
    let app = TestApp::with(|app| app.config.indexing.batch_records = 7).await;
    let mut ids = Vec::new();
    for number in 0..40 {
        ids.push(publish(&app.alice, &format!("Record {number}")).await);
    }
    nothing_waits(&app.admin).await;
    let index =
        IndexName(status(&app.admin, "records").await["index"].as_str().unwrap().to_owned());
    let search = &app.app.services.search;
    let versions = search.versions(&index, None, 100).await.unwrap();
    let lost = versions[3].clone();
    let records = app.app.services.active.load().collection(&"records".parse().unwrap()).unwrap();
    let definition = &records.search.definition;
    // As after a crash of the search engine: most is gone, some is old, and some it has too much.
    search.remove(&index).await.unwrap();
    search.create(&index, definition).await.unwrap();
    let kept = versions.iter().filter(|entry| **entry != lost);
    let mut writes: Vec<_> = kept
        .map(|(key, version)| IndexWrite {
            key: key.clone(),
            version: *version - 1,
            body: Some(json!({"metadata": {"title": "An older state"}})),
        })
        .collect();
    writes.truncate(10);
    writes.push(IndexWrite {
        key: "zzzzz-zzz77".to_owned(),
        version: 3,
        body: Some(json!({"metadata": {"title": "A record that never was"}})),
    });
    search.write(&index, writes, Visible::OnReturn).await.unwrap();

    let drift = work(&app.admin, "/api/admin/indices/records/reconcile").await;

    assert_eq!(drift["compared"], 40, "{drift}");
    assert_eq!(drift["mended"], 41, "{drift}");
    assert_eq!(total(&app.anonymous, "/api/records").await, 40);
    let state = status(&app.admin, "records").await;
    assert_eq!(state["compared"]["mended"], 41, "{state}");
    let drift = work(&app.admin, "/api/admin/indices/records/reconcile").await;
    assert_eq!((&drift["mended"], &drift["waiting"]), (&json!(0), &json!(0)), "{drift}");
    let state = status(&app.admin, "records").await;
    assert_eq!(
        (&state["compared"]["mended"], &state["compared"]["problem"]),
        (&json!(0), &Value::Null)
    );
    assert!(ids.contains(&lost.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_knows_more_than_the_database_is_told_and_not_put_in_use_again() {
    let app = TestApp::new().await;
    let id = publish(&app.alice, "Restored from a backup").await;
    let first = status(&app.admin, "records").await["index"].as_str().unwrap().to_owned();
    nothing_waits(&app.admin).await;
    let later = IndexWrite { key: id.clone(), version: 1_000, body: Some(json!({})) };
    let search = &app.app.services.search;
    search.write(&IndexName(first.clone()), vec![later], Visible::OnReturn).await.unwrap();

    let drift = work(&app.admin, "/api/admin/indices/records/reconcile").await;

    assert_eq!((&drift["mended"], &drift["refused"]), (&json!(0), &json!(1)), "{drift}");
    let reason = drift["reasons"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("repono index rebuild"), "{reason}");
    work(&app.admin, "/api/admin/indices/records/rebuild").await;
    assert_eq!(total(&app.anonymous, &format!("/api/records?q=id:{id}")).await, 1);
    let refused = app.admin.act("/api/admin/indices/records/rollback").await;
    let last = refused.lines().pop().unwrap();
    assert!(last.to_string().contains("was not put in use"), "{last}");
    assert_ne!(status(&app.admin, "records").await["index"], first);
}

#[tokio::test(flavor = "multi_thread")]
async fn indices_are_compared_by_themselves_when_it_is_due() {
    let app = TestApp::with(|app| app.config.indexing.reconcile_every_h = 1).await;
    publish(&app.alice, "Compared").await;
    let never = status(&app.admin, "records").await;
    assert_eq!(never["compared"], Value::Null, "it came into force just now: {never}");
    let mut schedule = Value::Null;
    for _ in 0..300 {
        let reply = app.admin.get("/api/admin/schedules/repono.reconcile.records").await;
        if reply.status == 200 {
            schedule = reply.json();
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(schedule["payload"], json!({"collection": "records"}), "{schedule}");
    let folder = app.stop().await;

    let app = TestApp::on(folder, |app| {
        app.config.indexing.reconcile_every_h = 1;
        app.clock = Arc::new(Later::than(&app.clock, SignedDuration::from_hours(2)));
    })
    .await;

    let mut state = Value::Null;
    for _ in 0..300 {
        state = status(&app.admin, "records").await;
        if state["compared"].is_object() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(state["compared"]["compared"], 1, "{state}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_wrongly_is_told() {
    let app = TestApp::new().await;

    app.admin.act("/api/admin/indices/records/rebuild?rate=0").await.expect(400);
    app.admin.act("/api/admin/indices/records/rebuild?rate=fast").await.expect(400);
    app.admin.act("/api/admin/indices/nothing/rebuild").await.expect(404);
    app.admin.act("/api/admin/indices/nothing/rollback").await.expect(404);
    app.admin.act("/api/admin/indices/nothing/retry").await.expect(404);
    app.admin.act("/api/admin/indices/records/retry?record=x").await.expect(400);
    let none = app.admin.act("/api/admin/indices/records/retry?record=akd9f-9vg25").await;
    assert!(none.expect(404).text().contains("was not given up"));
    let nothing = app.admin.act("/api/admin/indices/records/retry").await.expect(202).json();
    assert_eq!(nothing, json!({"released": 0}));
    app.alice.post("/api/records?refresh=soon", &minimal_record("x")).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_can_be_waited_for_until_it_is_found() {
    let app = TestApp::new().await;

    let draft = app.alice.post("/api/records?refresh=wait_for", &minimal_record("Mine")).await;

    let id = draft.expect(201).id();
    let found = app.app.services.search.count(&IndexName("records-1".to_owned())).await.unwrap();
    assert_eq!(found, 1, "{id} is in the index when it is answered");
}
