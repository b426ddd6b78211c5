//! Making writes findable, for all who wait at once.
//!
//! A refresh shows all that was written before it began. So a caller who comes while one is running
//! waits for the next, and the next is the same for all who wait meanwhile: there is one at a time,
//! however many callers there are.

use std::sync::atomic::{AtomicU64, Ordering};

use repono_service::Result;
use tokio::sync::Mutex;

#[derive(Default)]
pub(super) struct Refresh {
    begun: AtomicU64,
    /// Number of the last that was done.
    done: Mutex<u64>,
}

impl Refresh {
    /// Returns when a refresh that began after the call is done.
    pub(super) async fn after_now(
        &self,
        refresh: impl Future<Output = Result<()>> + Send,
    ) -> Result<()> {
        let before = self.begun.load(Ordering::SeqCst);
        let mut done = self.done.lock().await;
        if *done > before {
            return Ok(());
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        refresh.await?;
        *done = number;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::future::try_join_all;
    use repono_service::Error;

    use super::*;

    #[tokio::test]
    async fn all_who_wait_share_the_next_refresh() {
        let (refresh, count) = (Refresh::default(), AtomicU64::new(0));
        let one = async |at: u64| {
            tokio::time::sleep(Duration::from_millis(at)).await;
            let run = async {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(100)).await;
                Ok(())
            };
            refresh.after_now(run).await?;
            // Whoever came while the first was running waited for the second.
            assert!(at == 0 || count.load(Ordering::SeqCst) >= 2);
            Ok::<_, Error>(())
        };

        try_join_all((0..50).map(one)).await.unwrap();

        assert_eq!(count.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_refresh_that_fails_counts_for_nobody() {
        let refresh = Refresh::default();
        let failed = refresh.after_now(async { Err(Error::Forbidden) }).await;
        assert!(failed.is_err());

        let mut again = false;
        refresh
            .after_now(async {
                again = true;
                Ok(())
            })
            .await
            .unwrap();

        assert!(again);
    }
}
