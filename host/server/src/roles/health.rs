//! What every process does for whoever watches it: counts what waits.

use std::time::Duration;

use repono_service::{Context, health};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Counting takes one part in so many of the time: what is long to count is counted rarely.
const PART: u32 = 10;

/// Counts until `stop` is cancelled.
pub(super) async fn run(ctx: Context, period: Duration, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let begun = Instant::now();
        if let Err(error) = health::look(&ctx).await {
            tracing::warn!(error = %error, "what waits could not be counted");
        }
        let pause = period.max(begun.elapsed() * PART);
        stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
}
