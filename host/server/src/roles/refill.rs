//! Part of the role `relay`: tells a broker what it does not know.

use std::time::Duration;

use repono_service::Context;
use tokio_util::sync::CancellationToken;

/// Between looks at what the broker should know.
const POLL: Duration = Duration::from_secs(1);
/// How long it stays away from a broker that does not answer, at the most.
const LONGEST: Duration = Duration::from_secs(15);

/// Refills until `stop` is cancelled.
pub(super) async fn run(ctx: Context, stop: CancellationToken) {
    let mut pause = POLL;
    while !stop.is_cancelled() {
        match ctx.queue.refill().await {
            Ok(refilled) => {
                if refilled > 0 {
                    tracing::debug!(refilled, "told the broker of tasks");
                }
                pause = POLL;
            }
            // The queue has said that its broker is away.
            Err(error) => {
                tracing::debug!(error = %error, "the broker could not be told of tasks");
                pause = (pause * 2).min(LONGEST);
            }
        }
        stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
}
