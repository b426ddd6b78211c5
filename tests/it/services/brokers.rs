//! Tasks, with a broker beside the database.
//!
//! Each test has a prefix in the brokers that is the same in every run, so that nothing grows there.
//! What an earlier run has left is about tasks that are not known, and is passed over.

use std::time::Duration;

use harness::{Proxy, Shared, TestApp, Traffic, documents};
use http::Method;
use repono_server::config::SecretUrl;
use serde_json::{Value, json};

use super::until;

const BROKERS: [&str; 3] = ["REPONO_TEST_RABBITMQ", "REPONO_TEST_REDIS", "REPONO_TEST_SQS"];

async fn node(shared: &Shared, url: &SecretUrl, prefix: &str, workers: usize) -> TestApp {
    let node = shared.node_with(|app| {
        app.config.queue.url = url.clone();
        prefix.clone_into(&mut app.config.queue.prefix);
        app.config.queue.timeout_ms = 2000;
        app.config.queue.refill_s = 1;
        app.config.tasks.workers = workers;
        app.config.tasks.poll_ms = 200;
    });
    node.await
}

async fn import(node: &TestApp, count: usize) {
    let lines = documents("records", count).join("\n");
    let path = "/api/records/import?publish=true";
    node.alice.send(Method::POST, path, "application/x-ndjson", lines).await.expect(200);
}

async fn score(node: &TestApp) -> String {
    let task = json!({"kind": "completeness.score", "payload": {"collection": "records"}});
    let reply = node.admin.post("/api/admin/tasks", &task).await;
    assert!((200..300).contains(&reply.status), "{}", reply.text());
    reply.id()
}

async fn done(node: &TestApp, id: &str) -> Value {
    let reply = until("the task is over", async || {
        let reply = node.admin.get(&format!("/api/admin/tasks/{id}")).await.expect(200);
        let state = reply.json()["state"].as_str().unwrap().to_owned();
        (!["queued", "running"].contains(&state.as_str())).then_some(reply)
    });
    reply.await.json()
}

async fn every_task_ended_once(node: &TestApp, ids: &[String]) {
    for id in ids {
        let task = done(node, id).await;
        assert_eq!((&task["state"], &task["attempts"]), (&json!("succeeded"), &json!(1)), "{task}");
    }
}

async fn nothing_is_left(node: &TestApp) {
    let broker = node.app.services.broker.clone().unwrap();
    for _ in 0..300 {
        let depth = broker.depth("default").await.unwrap();
        if depth.waiting + depth.held.unwrap_or(0) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("half a minute was not enough: {:?}", broker.depth("default").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_each_broker_a_task_runs_to_its_end() {
    for variable in BROKERS {
        let (_proxy, url) = Shared::broker(variable).await;
        let shared = Shared::new().await;
        let node = node(&shared, &url, "it-whole-", 2).await;
        import(&node, 60).await;

        let task = done(&node, &score(&node).await).await;

        assert_eq!(task["state"], "succeeded", "{variable}: {task}");
        assert_eq!(task["result"]["records"], 60, "{variable}: {task}");
        nothing_is_left(&node).await;
        node.anonymous.get("/health/ready").await.expect(200);
        shared.end([node]).await;
    }
}

async fn is_broken(node: &TestApp) {
    until("readiness names the broker", async || {
        let ready = node.anonymous.get("/health/ready").await.expect(200);
        (ready.json()["broken"] == json!(["broker"])).then_some(ready)
    })
    .await;
}

/// Has the broker be away for a while, and come back empty.
async fn outage(node: &TestApp, proxy: &Proxy, traffic: Traffic, ids: &mut Vec<String>) {
    for _ in 0..3 {
        ids.push(score(node).await);
    }
    proxy.set(traffic);
    for _ in 0..3 {
        ids.push(score(node).await);
    }
    is_broken(node).await;
    proxy.set(Traffic::Passes);
    let broker = node.app.services.broker.clone().unwrap();
    for _ in 0..300 {
        if broker.purge("default").await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for _ in 0..3 {
        ids.push(score(node).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_was_away_and_lost_everything_costs_no_task() {
    for variable in BROKERS {
        for traffic in [Traffic::Refused, Traffic::Silent] {
            let (proxy, url) = Shared::broker(variable).await;
            let shared = Shared::new().await;
            let node = node(&shared, &url, "it-emptied-", 2).await;
            import(&node, 10).await;
            let mut ids = Vec::new();

            outage(&node, &proxy, traffic, &mut ids).await;

            every_task_ended_once(&node, &ids).await;
            until("all is well", async || {
                let ready = node.anonymous.get("/health/ready").await.expect(200);
                ready.json().get("broken").is_none().then_some(ready)
            })
            .await;
            shared.end([node]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_to_another_broker_is_a_change_of_the_configuration() {
    let shared = Shared::new().await;
    let (_first_proxy, first) = Shared::broker(BROKERS[0]).await;
    let (_second_proxy, second) = Shared::broker(BROKERS[1]).await;
    let before = node(&shared, &first, "it-moved-", 0).await;
    import(&before, 10).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(score(&before).await);
    }
    drop(before.stop().await);

    let after = node(&shared, &second, "it-moved-", 2).await;
    ids.push(score(&after).await);
    every_task_ended_once(&after, &ids).await;
    nothing_is_left(&after).await;

    // What the first still has is about tasks that are over.
    let back = node(&shared, &first, "it-moved-", 2).await;
    nothing_is_left(&back).await;
    every_task_ended_once(&back, &ids).await;
    // And without any.
    let none = serde_json::from_value(json!("")).unwrap();
    let alone = node(&shared, &none, "it-moved-", 1).await;
    let last = score(&alone).await;
    every_task_ended_once(&alone, &[last]).await;
    Box::pin(shared.end([after, back, alone])).await;
}
