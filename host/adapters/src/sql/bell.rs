//! Tells those who wait for tasks that there are some.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::arrival::Arrival;

/// Rung when tasks were stored. What it tells may be lost: who waits looks again after a while.
#[derive(Default)]
pub(super) struct Bell {
    sound: Arc<Sound>,
    /// Carries it to other processes and from there, if the database can.
    carrier: Option<JoinHandle<()>>,
}

/// What is heard here and what is to be heard elsewhere.
#[derive(Default)]
pub(super) struct Sound {
    here: Arrival,
    elsewhere: Notify,
}

impl Bell {
    /// One that other processes hear too; `carry` is what carries its sound.
    pub(super) fn carried<F>(carry: impl FnOnce(Arc<Sound>) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let sound = Arc::<Sound>::default();
        let carrier = tokio::spawn(carry(Arc::clone(&sound)));
        Self { sound, carrier: Some(carrier) }
    }

    /// Wakes all who wait.
    pub(super) fn ring(&self) {
        self.sound.hear();
        if self.carrier.is_some() {
            self.sound.elsewhere.notify_one();
        }
    }

    /// Carries no more: what is rung is heard here alone, and nothing of what others ring.
    pub(super) fn stay(&self) {
        if let Some(carrier) = &self.carrier {
            carrier.abort();
        }
    }

    /// Until it is rung, or for `patience`.
    pub(super) async fn wait(&self, patience: Duration) {
        self.sound.here.wait(patience).await;
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.stay();
    }
}

impl Sound {
    /// It was rung, here or elsewhere.
    pub(super) fn hear(&self) {
        self.here.ring();
    }

    /// Until it was rung here. However often that was since the last time, it is told once.
    pub(super) async fn to_be_carried(&self) {
        self.elsewhere.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_or_is_about_to_is_woken() {
        let bell = Bell::default();

        bell.ring();

        let woken = tokio::time::timeout(Duration::from_mins(1), bell.wait(Duration::MAX));
        assert!(woken.await.is_ok());
    }
}
