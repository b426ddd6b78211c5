//! Going by the database's clock, so that it does no harm when a machine's own is wrong.

use std::sync::Arc;
use std::time::{Duration, Instant};

use repono_adapters::system::SharedClock;
use repono_service::ports::Database;
use repono_service::{Context, Result};
use tokio_util::sync::CancellationToken;

/// Between questions. A machine that stood still, as a suspended one does, is wrong for so long at
/// the most once it goes on.
const PAUSE: Duration = Duration::from_secs(1);

/// Sets the clock by the database's.
pub(crate) async fn tell_the_time(database: &dyn Database, clock: &SharedClock) -> Result<()> {
    let asked = Instant::now();
    let time = database.time().await?;
    clock.tell(time, asked);
    Ok(())
}

/// Keeps the clock in line with the database's until `stop` is cancelled. While the database does
/// not answer, the clock goes on by itself.
pub(crate) async fn keep_time(ctx: Context, clock: Arc<SharedClock>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = tell_the_time(&*ctx.database, &clock).await {
            tracing::debug!(error = %error, "the database did not tell the time");
        }
        stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
    }
}
