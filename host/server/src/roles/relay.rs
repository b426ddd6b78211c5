//! Role `relay`: indexes what was not indexed at once.

use std::time::Duration;

use repono_service::{Context, indexing};
use tokio_util::sync::CancellationToken;

/// How long it stays away from a database that does not answer, at the most.
const LONGEST: Duration = Duration::from_secs(30);

/// Keeps promises until `stop` is cancelled: as fast as it can while there are any.
pub(super) async fn run(ctx: Context, poll: Duration, stop: CancellationToken) {
    let mut pause = poll;
    while !stop.is_cancelled() {
        match indexing::relay_once(&ctx).await {
            Ok(0) => pause = poll,
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(error = %error, "the relay could not work");
                pause = (pause * 2).min(LONGEST);
            }
        }
        stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
}
