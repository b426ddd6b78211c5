//! Two nodes are one repository.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use harness::{Client, Shared, TestApp, Traffic, minimal_record, test_guest};
use http::Method;
use serde_json::json;

use super::until;

fn specimen(name: &str) -> serde_json::Value {
    json!({"metadata": {"name": name, "weight_g": 12.5}, "files": {"enabled": false}})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_puts_in_force_is_in_force_on_all_and_no_write_is_lost_by_it() {
    let shared = Shared::new().await;
    let (first, second) = (shared.node().await, shared.node().await);
    second.anonymous.get("/api/specimens").await.expect(404);

    first.activate(&test_guest("specimens-1-0"), &[]).await;
    until("the second node follows", async || {
        Some(second.anonymous.get("/api/specimens").await).filter(|reply| reply.status == 200)
    })
    .await;

    let writer = second.alice.clone();
    let writing = tokio::spawn(async move {
        let mut ids = Vec::new();
        for number in 0..40 {
            let draft = writer.post("/api/specimens", &specimen(&format!("Moa {number}"))).await;
            let id = draft.expect(201).id();
            let draft = format!("/api/specimens/{id}/draft");
            if writer.act(&format!("{draft}/actions/publish")).await.status != 202 {
                // The new version, in force by now, asks for more.
                let mut whole = specimen(&format!("Moa {number}"));
                whole["metadata"]["habitat"] = json!("forest");
                writer.put(&draft, &whole).await.expect(200);
                writer.act(&format!("{draft}/actions/publish")).await.expect(202);
            }
            ids.push(id);
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        ids
    });
    first.activate(&test_guest("specimens-1-1"), &[]).await;
    let ids = writing.await.unwrap();

    for id in &ids {
        first.anonymous.get(&format!("/api/specimens/{id}")).await.expect(200);
    }
    for node in [&first, &second] {
        let found = until("every record is found", async || {
            let found = node.anonymous.get("/api/specimens?q=moa").await.expect(200);
            Some(found).filter(|found| found.json()["hits"]["total"] == ids.len())
        })
        .await;
        assert_eq!(found.json()["hits"]["total"], ids.len());
    }
    until("both nodes say that they follow", async || {
        let reply = first.admin.get("/api/admin/nodes").await.expect(200);
        let nodes = reply.json()["hits"]["hits"].as_array().unwrap().clone();
        assert_eq!(nodes.len(), 2, "{nodes:?}");
        let both = nodes.iter().all(|node| node["alive"] == true && node["in_line"] == true);
        both.then_some(reply)
    })
    .await;
    shared.end([first, second]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_load_a_plugin_keeps_what_it_has_and_is_not_ready() {
    let shared = Shared::new().await;
    let first = shared.node().await;
    let narrow = |app: &mut repono_server::app::AppConfig| {
        app.config.plugins.limits.memory_bytes = 64 << 10;
    };
    let second = shared.node_with(narrow).await;

    let reply = second.anonymous.get("/health/ready").await.expect(503).json();

    assert_eq!(reply["broken"], json!(["plugins"]), "{reply}");
    assert!(reply["message"].as_str().unwrap().contains("cannot be loaded"), "{reply}");
    second.anonymous.get("/health/live").await.expect(200);
    let nodes = first.admin.get("/api/admin/nodes").await.expect(200).json();
    let behind: Vec<_> = nodes["hits"]["hits"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| node["in_line"] == false)
        .collect();
    assert_eq!(behind.len(), 1, "{nodes}");
    shared.end([first, second]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_changes_the_other_shows_within_a_second() {
    let shared = Shared::new().await;
    let (first, second) = (shared.node().await, shared.node().await);
    let id = first.alice.post("/api/records", &minimal_record("Before")).await.expect(201).id();
    first.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    let shown = second.anonymous.get(&format!("/api/records/{id}")).await.expect(200).json();
    assert_eq!(shown["metadata"]["title"], "Before");

    first.alice.act(&format!("/api/records/{id}/draft")).await.expect(201);
    let path = format!("/api/records/{id}/draft");
    first.alice.put(&path, &minimal_record("After")).await.expect(200);
    first.alice.act(&format!("{path}/actions/publish")).await.expect(202);

    tokio::time::sleep(Duration::from_secs(1)).await;
    let shown = second.anonymous.get(&format!("/api/records/{id}")).await.expect(200).json();
    assert_eq!(shown["metadata"]["title"], "After");
    shared.end([first, second]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_has_rendered_another_that_started_later_serves() {
    let shared = Shared::new().await;
    let first = shared.node().await;
    first.activate(&test_guest("specimens-1-0"), &[]).await;
    let second = shared.node().await;

    let fingerprint = |node: &TestApp| node.app.services.active.load().fingerprint;

    // Nobody but the first has seen every change, and both must take the other's pages for theirs.
    assert_eq!(fingerprint(&first), fingerprint(&second));
    let before = fingerprint(&first);
    first.activate(&test_guest("specimens-1-1"), &[]).await;
    assert_ne!(fingerprint(&first), before);
    shared.end([first, second]).await;
}

/// Sends each request to the next node, and to the one after that if nobody is there.
async fn round_robin(nodes: &[Client], number: usize, path: &str) -> Option<u16> {
    for turn in 0..nodes.len() {
        let node = &nodes[(number + turn) % nodes.len()];
        match node.try_send(Method::GET, path, &[], "").await {
            Ok(reply) => return Some(reply.status),
            Err(error) if error.contains("Connect") => {}
            Err(error) => panic!("a request was cut off: {error}"),
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_fails_no_request() {
    let shared = Shared::new().await;
    let mut first = shared.node().await;
    let mut second = shared.node().await;
    let id = first.alice.post("/api/records", &minimal_record("Steady")).await.expect(201).id();
    first.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);

    for round in 0..2 {
        let nodes = [first.anonymous.clone(), second.anonymous.clone()];
        let over = std::sync::Arc::new(AtomicBool::new(false));
        let paths = [format!("/api/records/{id}"), "/api/records?q=steady".to_owned()];
        let asking = tokio::spawn({
            let over = std::sync::Arc::clone(&over);
            async move {
                let mut answered = 0;
                while !over.load(Ordering::Relaxed) {
                    let status = round_robin(&nodes, answered, &paths[answered % 2]).await;
                    assert_eq!(status, Some(200));
                    answered += 1;
                }
                answered
            }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        let replaced = if round == 0 { &mut first } else { &mut second };
        let fresh = shared.node().await;
        let old: TestApp = std::mem::replace(replaced, fresh);
        drop(old.stop().await);
        tokio::time::sleep(Duration::from_millis(300)).await;
        over.store(true, Ordering::Relaxed);
        assert!(asking.await.unwrap() > 20);
    }
    shared.end([first, second]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_is_counted_on_all_nodes_together_as_long_as_somebody_counts() {
    let shared = Shared::new().await;
    let limited = async || {
        shared.node_with(|app| app.config.limits.guest = vec!["4/d".parse().unwrap()]).await
    };
    let (first, second) = (limited().await, limited().await);

    for left in ["3", "1"] {
        let reply = first.anonymous.get("/api/records").await.expect(200);
        assert_eq!(reply.header("x-ratelimit-remaining"), left);
        second.anonymous.get("/api/records").await.expect(200);
    }
    first.anonymous.get("/api/records").await.expect(429);

    // Nobody is refused because the cache is down.
    shared.cache.set(Traffic::Refused);
    second.anonymous.get("/api/records").await.expect(200);
    shared.end([first, second]).await;
}
