//! Stopping in order.

use std::time::Duration;

use super::App;

/// How long the loops may take beyond what requests may: tasks that do not listen are interrupted.
const LOOPS: Duration = Duration::from_secs(15);

impl App {
    /// Accepts nothing more, answers what was asked within the time that is set for it, hands tasks
    /// under way back, and closes search and database.
    pub async fn stop(self) {
        let Self {
            metrics,
            backends,
            mut http,
            mut loops,
            stop_http,
            stop_loops,
            patience,
            held: (server_file, folder),
            ..
        } = self;
        // No command should come here any more; the folder itself stays taken.
        if let Some(file) = &server_file {
            file.remove();
        }
        stop_http.cancel();
        if tokio::time::timeout(patience, &mut http).await.is_err() {
            tracing::warn!(
                "requests took longer than {} s to end and are cut off",
                patience.as_secs()
            );
            http.abort();
        }
        stop_loops.cancel();
        let ended =
            tokio::time::timeout(LOOPS, async { while loops.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::warn!(
                "work in the background did not end in time; it is taken up at the next start"
            );
            loops.shutdown().await;
        }
        backends.close().await;
        if let Some(metrics) = metrics {
            metrics.stop().await;
        }
        drop(folder);
    }
}
