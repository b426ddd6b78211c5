//! Hostile requests on services.

use harness::Shared;

use crate::hostile::{costly_queries_are_bounded, hide, is_safe};

/// As for the embedded backends, fewer: each is a trip to several servers.
const TRIED: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_requests_are_answered_and_tell_nothing() {
    for shared in [Shared::new().await, Shared::on_mariadb().await] {
        let node = shared.node().await;
        let hidden = hide(&node).await;
        is_safe(&node, &hidden, TRIED).await;
        costly_queries_are_bounded(&node).await;
        shared.end([node]).await;
    }
}
