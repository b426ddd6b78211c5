//! Several nodes on services that they share, and services that fail.

mod brokers;
mod clocks;
mod disk;
mod effects;
mod failures;
mod full;
mod hostile;
mod interrupted;
mod kills;
mod load;
mod mail;
mod nodes;
mod observed;
mod upgrade;
mod webhooks;

use std::time::Duration;

use harness::{Reply, TestApp, minimal_record};

/// Asks until the answer is as wanted.
async fn until(what: &str, mut ask: impl AsyncFnMut() -> Option<Reply>) -> Reply {
    for _ in 0..300 {
        if let Some(reply) = ask().await {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("half a minute was not enough: {what}");
}

async fn publish(node: &TestApp, title: &str) -> String {
    let id = node.alice.post("/api/records", &minimal_record(title)).await.expect(201).id();
    node.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    id
}
