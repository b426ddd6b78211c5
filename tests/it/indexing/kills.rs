//! Killed while an index is built, a process goes on with it when it is asked again.

use std::path::Path;
use std::time::Duration;

use harness::{Client, ServerProcess, data_folder, documents};
use http::Method;
use serde_json::{Value, json};

use super::{nothing_waits, status, total, work};

const ENTRY: &str = "kill::serve";
const COLLECTION: &str = "biotools";
const RECORDS: usize = 300;

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_goes_on_after_each_kill_and_ends_with_what_the_database_has() {
    let folder = data_folder().await;
    std::fs::write(folder.path().join("repono.toml"), "[indexing]\nbatch_records = 10\n").unwrap();

    survives_kills(folder.path(), 12).await;
}

/// Kills the process of a folder so many times while it builds an index; then lets it end.
pub(crate) async fn survives_kills(folder: &Path, kills: u64) {
    let mut server = ServerProcess::start(ENTRY, folder).await;
    import(&server.client, RECORDS).await;
    let in_use = status(&server.client, COLLECTION).await["index"].clone();
    let mut next = Value::Null;
    for round in 0..kills {
        let client = server.client.clone();
        let path = format!("/api/admin/indices/{COLLECTION}/rebuild?rate=150");
        let rebuild = tokio::spawn(async move {
            // Who was killed in the middle of a change of what is in force has a lease on it.
            while client
                .try_send(Method::POST, &path, &[], "")
                .await
                .is_ok_and(|it| it.status == 409)
            {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        being_filled(&server.client, &next).await;
        // A spread of moments, the same in every run.
        tokio::time::sleep(Duration::from_millis((round * 7919) % 501)).await;

        server.kill();

        rebuild.await.unwrap();
        server = ServerProcess::start(ENTRY, folder).await;
        let state = status(&server.client, COLLECTION).await;
        assert_eq!(state["index"], in_use, "nothing half filled is searched: {state}");
        next = state["next"]["index"].clone();
        assert!(next.is_string(), "it is known what was being filled: {state}");
        let found = total(&server.anonymous, &format!("/api/{COLLECTION}?size=1")).await;
        assert_eq!(found, RECORDS + usize::try_from(round).unwrap(), "after kill {round}");
        publish_one(&server.client, round).await;
    }

    let done = rebuild_to_the_end(&server.client).await;

    let all = RECORDS + usize::try_from(kills).unwrap();
    assert_eq!(done["documents"], all, "{done}");
    let written = done["mended"].as_u64().unwrap();
    assert!(written < u64::try_from(all).unwrap(), "it began from nothing: {done}");
    let state = status(&server.client, COLLECTION).await;
    assert_eq!((&state["index"], &state["next"]), (&next, &Value::Null), "{state}");
    nothing_waits(&server.client).await;
    let drift = work(&server.client, &format!("/api/admin/indices/{COLLECTION}/reconcile")).await;
    assert_eq!([&drift["mended"], &drift["refused"]], [&json!(0); 2], "{drift}");
    assert_eq!(total(&server.anonymous, &format!("/api/{COLLECTION}?size=1")).await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_was_queued_goes_on_by_itself_after_a_kill() {
    let folder = data_folder().await;
    std::fs::write(folder.path().join("repono.toml"), "[indexing]\nbatch_records = 10\n").unwrap();
    let mut server = ServerProcess::start(ENTRY, folder.path()).await;
    import(&server.client, RECORDS).await;
    let asked = json!({
        "kind": "repono.rebuild",
        "payload": {"collection": COLLECTION, "rate": 150, "restart": true},
    });
    let id = server.client.post("/api/admin/tasks", &asked).await.expect(201).id();
    being_filled(&server.client, &Value::Null).await;
    tokio::time::sleep(Duration::from_millis(400)).await;

    server.kill();
    server = ServerProcess::start(ENTRY, folder.path()).await;

    let next = status(&server.client, COLLECTION).await["next"]["index"].clone();
    // Its worker's lease ends first.
    let mut task = Value::Null;
    for _ in 0..1200 {
        task = server.client.get(&format!("/api/admin/tasks/{id}")).await.expect(200).json();
        if task["state"] == "succeeded" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!((&task["state"], &task["attempts"]), (&json!("succeeded"), &json!(2)), "{task}");
    assert_eq!(task["result"]["documents"], RECORDS, "{task}");
    let written = task["result"]["mended"].as_u64().unwrap();
    assert!(written < u64::try_from(RECORDS).unwrap(), "it began from nothing: {task}");
    assert_eq!(status(&server.client, COLLECTION).await["index"], next);
}

/// Waits until the index that was being filled is being filled again.
async fn being_filled(client: &Client, known: &Value) {
    for _ in 0..600 {
        let next = status(client, COLLECTION).await["next"].clone();
        if next.is_object() {
            assert!(known.is_null() || next["index"] == *known, "{next} is not {known}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no index is being filled");
}

async fn rebuild_to_the_end(client: &Client) -> Value {
    loop {
        let reply = client.act(&format!("/api/admin/indices/{COLLECTION}/rebuild")).await;
        if reply.status != 409 {
            let last = reply.lines().pop().unwrap();
            assert_eq!(last["done"], true, "{}", reply.text());
            return last;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

pub(crate) async fn import(client: &Client, count: usize) {
    let lines = documents(COLLECTION, count).join("\n");
    let path = format!("/api/{COLLECTION}/import?publish=true&refresh=wait_for");
    let reply = client.send(Method::POST, &path, "application/x-ndjson", lines).await;
    assert_eq!(reply.lines().pop().unwrap()["created"], count, "{}", reply.text());
}

async fn publish_one(client: &Client, round: u64) {
    let mut document: Value = serde_json::from_str(&documents(COLLECTION, 1)[0]).unwrap();
    let metadata = match document.get_mut("metadata") {
        Some(metadata) => metadata,
        None => &mut document,
    };
    metadata["name"] = json!(format!("Tool of round {round}"));
    let path = format!("/api/{COLLECTION}/import?publish=true&refresh=wait_for");
    let reply =
        client.send(Method::POST, &path, "application/x-ndjson", document.to_string()).await;
    assert_eq!(reply.lines().pop().unwrap()["created"], 1, "{}", reply.text());
}
