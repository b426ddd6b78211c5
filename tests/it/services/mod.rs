//! Several nodes on services that they share, and services that fail.

mod failures;
mod kills;
mod nodes;
mod observed;

use std::time::Duration;

use harness::Reply;

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
