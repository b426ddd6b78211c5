//! What every process does: lives, and follows the others.

use std::time::Duration;

use repono_service::{Context, nodes, webhooks};
use tokio_util::sync::CancellationToken;

/// Between signs of life.
const LIFE: Duration = Duration::from_secs(3);
/// Between looks at what others have put in force.
const LOOK: Duration = Duration::from_secs(1);
/// The same, after something could not be loaded.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Gives signs of life until `stop` is cancelled, and then takes leave.
pub(super) async fn live(ctx: Context, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = nodes::live(&ctx).await {
            tracing::warn!(error = %error, "this node could not give a sign of life");
        }
        stop.run_until_cancelled(tokio::time::sleep(LIFE)).await;
    }
    if let Err(error) = nodes::leave(&ctx).await {
        tracing::warn!(error = %error, "this node could not take leave; the others notice when it is silent");
    }
}

/// Follows what other nodes put in force until `stop` is cancelled.
pub(super) async fn follow(ctx: Context, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let pause = match nodes::follow(&ctx).await {
            Ok(()) if ctx.standing.load().problem.is_none() => LOOK,
            Ok(()) => LOOK_AGAIN,
            Err(error) => {
                tracing::warn!(error = %error, "this node could not look what is in force");
                LOOK_AGAIN
            }
        };
        stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
}

/// Follows whom other nodes want told, until `stop` is cancelled.
pub(super) async fn follow_webhooks(ctx: Context, stop: CancellationToken) {
    while !stop.is_cancelled() {
        // Whoever follows what is in force warns of a database that does not answer.
        if let Err(error) = webhooks::load(&ctx).await {
            tracing::debug!(error = %error, "this node could not look which webhooks there are");
        }
        stop.run_until_cancelled(tokio::time::sleep(LOOK)).await;
    }
}
