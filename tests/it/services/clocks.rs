//! Nodes whose clocks are wrong.

use std::collections::BTreeSet;
use std::sync::Arc;

use harness::{Shared, TestApp, minimal_record};
use jiff::{SignedDuration, Timestamp};
use repono_adapters::system::SystemClock;
use repono_domain::{Scope, UserId};
use repono_server::app::Role;
use repono_service::accounts;
use repono_service::ports::Clock;

use super::{publish, until};

const FIVE_MINUTES: SignedDuration = SignedDuration::from_mins(5);

/// The machine's clock, set wrong.
struct Off(SignedDuration);

impl Clock for Off {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }
}

async fn nodes(shared: &Shared, roles: &[Role]) -> [TestApp; 3] {
    let node = async |off: SignedDuration| {
        let roles: BTreeSet<_> = roles.iter().copied().collect();
        shared
            .node_with(|app| {
                app.clock = Arc::new(Off(off));
                app.config.indexing.poll_ms = 200;
                app.roles = roles;
            })
            .await
    };
    [node(SignedDuration::ZERO).await, node(FIVE_MINUTES).await, node(-FIVE_MINUTES).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_takes_no_duty_promise_or_task_from_others() {
    let shared = Shared::new().await;
    let nodes = nodes(&shared, &[Role::Serve]).await;
    let [right, _, slow] = &nodes;
    let lease = SignedDuration::from_secs(60);
    let lead = async |node: &TestApp| {
        let id = &node.app.services.node.id;
        node.app.services.database.lead("tested", id, lease).await.unwrap()
    };

    for holder in &nodes {
        assert!(lead(holder).await);
        for other in nodes.iter().filter(|node| node.app.url != holder.app.url) {
            assert!(!lead(other).await, "a duty was taken over from a node that has it");
        }
        let id = &holder.app.services.node.id;
        holder.app.services.database.resign("tested", id).await.unwrap();
    }
    shared.search.set(harness::Traffic::Refused);
    let record = publish(slow, "Promised by one that is slow").await;
    let mut handed_out = Vec::new();
    until("the promises are handed out", async || {
        for node in &nodes {
            let due = node.app.services.database.due(100, lease).await.unwrap();
            let of_record = due.iter().filter(|due| due.record.to_string() == record);
            handed_out.extend(of_record.map(|due| due.seq));
        }
        if handed_out.is_empty() { None } else { Some(right.anonymous.get("/health/live").await) }
    })
    .await;
    let distinct: BTreeSet<_> = handed_out.iter().collect();
    assert_eq!(distinct.len(), handed_out.len(), "a promise was handed out twice");
    shared.search.set(harness::Traffic::Passes);
    Box::pin(shared.end(nodes)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_whose_clocks_differ_are_one_repository() {
    let shared = Shared::new().await;
    let nodes = nodes(&shared, &Role::ALL).await;
    let [right, fast, slow] = &nodes;

    for node in &nodes {
        until("each sees that all live and follow", async || {
            let reply = node.admin.get("/api/admin/nodes").await.expect(200);
            let json = reply.json();
            let listed = json["hits"]["hits"].as_array().unwrap();
            let fine = |node: &serde_json::Value| node["alive"] == true && node["in_line"] == true;
            (listed.len() == 3 && listed.iter().all(fine)).then_some(reply)
        })
        .await;
    }
    let expires = right.app.services.clock.now() + SignedDuration::from_mins(3);
    let ctx = right.app.services.as_system();
    let token = accounts::create_token(&ctx, UserId(2), "short", vec![Scope::Read], Some(expires));
    let secret = token.await.unwrap().secret;
    for node in [fast, slow] {
        node.alice.with_secret(Some(&secret)).get("/api/user/records").await.expect(200);
    }
    // Times of a record never go back, whoever writes them.
    let id = publish(fast, "By one that is fast").await;
    let path = format!("/api/records/{id}");
    let first = right.anonymous.get(&path).await.expect(200).json();
    slow.alice.act(&format!("{path}/draft")).await.expect(201);
    slow.alice
        .put(&format!("{path}/draft"), &minimal_record("By one that is slow"))
        .await
        .expect(200);
    slow.alice.act(&format!("{path}/draft/actions/publish")).await.expect(202);
    let second = fast.anonymous.get(&path).await.expect(200).json();
    assert!(second["updated"].as_str() > first["updated"].as_str(), "{first} {second}");
    until("it is found", async || {
        let found = right.anonymous.get("/api/records?q=slow").await.expect(200);
        Some(found).filter(|found| found.json()["hits"]["total"] == 1)
    })
    .await;
    Box::pin(shared.end(nodes)).await;
}
