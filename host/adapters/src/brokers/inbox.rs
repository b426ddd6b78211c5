//! What a broker has handed to this process and no worker has taken yet.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use repono_service::ports::Delivery;
use tokio::time::Instant;

use crate::arrival::Arrival;

/// By queue, in the order in which they came. Who puts something in sees to it that there is no end
/// of it.
#[derive(Default)]
pub(crate) struct Inbox {
    came: Mutex<HashMap<String, VecDeque<(Instant, Delivery)>>>,
    arrived: Arrival,
}

impl Inbox {
    pub(crate) fn put(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        let now = Instant::now();
        let mut came = self.came();
        for delivery in deliveries {
            came.entry(delivery.queue.clone()).or_default().push_back((now, delivery));
        }
        drop(came);
        self.ring();
    }

    /// Wakes who waits: there is something, or something has changed.
    pub(crate) fn ring(&self) {
        self.arrived.ring();
    }

    /// What came at most `fresh` ago; what is older is somebody else's by now.
    pub(crate) fn take(&self, queues: &[String], limit: u32, fresh: Duration) -> Vec<Delivery> {
        let mut came = self.came();
        let mut taken = Vec::new();
        for queue in queues {
            let Some(waiting) = came.get_mut(queue) else { continue };
            waiting.retain(|(since, _)| since.elapsed() < fresh);
            while taken.len() < limit as usize
                && let Some((_, delivery)) = waiting.pop_front()
            {
                taken.push(delivery);
            }
        }
        taken
    }

    /// Whether nothing waits in a queue.
    pub(crate) fn is_empty(&self, queue: &str) -> bool {
        self.came().get(queue).is_none_or(VecDeque::is_empty)
    }

    /// Forgets a queue.
    pub(crate) fn forget(&self, queue: &str) {
        self.came().remove(queue);
    }

    pub(crate) async fn wait(&self, queues: &[String], patience: Duration) {
        let is_there = || queues.iter().any(|queue| !self.is_empty(queue));
        self.arrived.wait_unless(patience, is_there).await;
    }

    fn came(&self) -> MutexGuard<'_, HashMap<String, VecDeque<(Instant, Delivery)>>> {
        // Nothing under the lock leaves it half done.
        self.came.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
