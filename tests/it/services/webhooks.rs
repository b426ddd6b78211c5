//! What one node is told, all tell.

use std::time::Duration;

use harness::{Receiver, Shared, TestApp};
use serde_json::json;

use super::{publish, until};

/// Waits until this node knows of so many webhooks.
async fn follows(node: &TestApp, count: usize) {
    for _ in 0..600 {
        if node.app.services.webhooks.load().len() == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("half a minute was not enough to follow");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_tell_a_receiver_of_everything_once_and_in_order() {
    let shared = Shared::new().await;
    let trusting = |app: &mut repono_server::app::AppConfig| {
        app.config.webhooks.trusted_hosts.insert("127.0.0.1".to_owned());
    };
    let (first, second) = (shared.node_with(trusting).await, shared.node_with(trusting).await);
    let receiver = Receiver::start().await;
    let asked = json!({"url": receiver.url});
    let webhook = first.admin.post("/api/admin/webhooks", &asked).await.expect(201).id();
    follows(&second, 1).await;

    let mut published = Vec::new();
    for number in 0..20 {
        let node = if number % 2 == 0 { &first } else { &second };
        published.push(publish(node, &format!("Number {number}")).await);
    }

    let heard = receiver.hears(published.len()).await;
    let ids: Vec<_> = heard.iter().map(|one| one.json()["data"]["id"].clone()).collect();
    assert_eq!(ids, published);
    until("nothing is told twice", async || {
        let path = format!("/api/admin/webhooks/{webhook}/deliveries");
        let told = second.admin.get(&path).await.expect(200);
        let all = told.json()["hits"]["hits"].as_array().unwrap().clone();
        let all_once = all.iter().all(|one| one["state"] == "delivered" && one["attempts"] == 1);
        all_once.then_some(told)
    })
    .await;
    assert_eq!(receiver.heard().len(), published.len());
    second.admin.delete(&format!("/api/admin/webhooks/{webhook}")).await.expect(204);
    follows(&first, 0).await;
    shared.end([first, second]).await;
}
