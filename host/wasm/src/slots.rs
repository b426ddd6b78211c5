//! How many calls run at a time, of one plugin and of all.

use std::sync::Arc;
use std::time::Duration;

use repono_service::ports::PluginFailure;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Room for calls. A plugin's own comes first, so that a slow one waits for itself.
#[derive(Clone)]
pub(crate) struct Slots {
    queue: Arc<Semaphore>,
    own: Arc<Semaphore>,
    all: Arc<Semaphore>,
    wait: Duration,
}

/// A place, given back when dropped.
pub(crate) struct Slot {
    _queue: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Slots {
    /// Room for `own` calls of one plugin and as many as wait, among `all` calls of all plugins.
    pub(crate) fn new(own: usize, waiting: usize, all: Arc<Semaphore>, wait: Duration) -> Self {
        Self {
            queue: Arc::new(Semaphore::new(own + waiting)),
            own: Arc::new(Semaphore::new(own)),
            all,
            wait,
        }
    }

    /// # Errors
    /// [`PluginFailure::Busy`] if too many wait, or this one has waited too long.
    pub(crate) async fn take(&self) -> Result<Slot, PluginFailure> {
        let queue = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| PluginFailure::Busy)?;
        let both = async {
            let own = Arc::clone(&self.own).acquire_owned().await?;
            Ok::<_, tokio::sync::AcquireError>((own, Arc::clone(&self.all).acquire_owned().await?))
        };
        match timeout(self.wait, both).await {
            Ok(Ok((own, all))) => Ok(Slot { _queue: queue, _own: own, _all: all }),
            Ok(Err(_)) | Err(_) => Err(PluginFailure::Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_too_many_is_told_to_come_again() {
        let slots = Slots::new(1, 1, Arc::new(Semaphore::new(9)), Duration::from_millis(10));

        let running = slots.take().await;
        let (waited, refused) = tokio::join!(slots.take(), slots.take());
        drop(running);
        let after = slots.take().await;

        assert_eq!(waited.err(), Some(PluginFailure::Busy));
        assert_eq!(refused.err(), Some(PluginFailure::Busy));
        assert!(after.is_ok());
    }
}
