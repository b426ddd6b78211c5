//! Waking those who wait for something that comes at any time.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

/// Wakes who waits. Whether something came or not, who waited looks.
#[derive(Default)]
pub(crate) struct Arrival(Notify);

impl Arrival {
    /// Something came, or something has changed.
    pub(crate) fn ring(&self) {
        self.0.notify_waiters();
        // For those who are about to wait: they may have looked too early.
        self.0.notify_one();
    }

    /// Until it is rung, or for `patience`.
    pub(crate) async fn wait(&self, patience: Duration) {
        self.wait_unless(patience, || false).await;
    }

    /// The same, but not if something is there already: what comes after that look is not missed.
    pub(crate) async fn wait_unless(&self, patience: Duration, is_there: impl FnOnce() -> bool) {
        let mut rung = std::pin::pin!(self.0.notified());
        rung.as_mut().enable();
        if !is_there() {
            drop(timeout(patience, rung).await);
        }
    }
}
