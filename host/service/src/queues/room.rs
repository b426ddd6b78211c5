//! Taking no more than a queue has room for.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::{Context, Error, Result};

/// How long a count is believed.
const BELIEVED: Duration = Duration::from_secs(1);
/// Counting takes one part in so many of the time: what is long to count is believed for longer.
const PART: u32 = 10;
/// When whoever is refused may come again.
const AGAIN: Duration = Duration::from_secs(10);

/// How many tasks may wait in a queue. 0: as many as come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MostWaiting {
    /// In each that is not named.
    pub in_each: u64,
    /// In those that are.
    pub of: BTreeMap<String, u64>,
}

impl MostWaiting {
    fn of(&self, queue: &str) -> Option<u64> {
        let most = self.of.get(queue).copied().unwrap_or(self.in_each);
        (most > 0).then_some(most)
    }
}

/// What was last counted of queues that have a limit.
#[derive(Default)]
pub(crate) struct Counts(Mutex<HashMap<String, Count>>);

struct Count {
    /// Tasks that wait, with those that were let in here since they were counted.
    waiting: u64,
    believed_until: Instant,
}

impl Counts {
    /// So many wait, one more included. None: it is to be counted, by whoever asked.
    fn one_more(&self, queue: &str, now: Instant) -> Option<u64> {
        let mut counts = self.counts();
        let count = counts.get_mut(queue)?;
        if count.believed_until < now {
            // Others go by the old count while this one counts.
            count.believed_until = now + BELIEVED;
            return None;
        }
        count.waiting += 1;
        Some(count.waiting)
    }

    fn counted(&self, queue: &str, waiting: u64, begun: Instant, now: Instant) {
        let believed_until = now + BELIEVED.max((now - begun) * PART);
        self.counts().insert(queue.to_owned(), Count { waiting, believed_until });
    }

    /// One of them was not let in.
    fn one_less(&self, queue: &str) {
        if let Some(count) = self.counts().get_mut(queue) {
            count.waiting = count.waiting.saturating_sub(1);
        }
    }

    /// Much has changed: count anew.
    pub(super) fn forget(&self, queue: &str) {
        self.counts().remove(queue);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        // Nothing under the lock leaves it half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets one more task into a queue, unless it is full.
///
/// # Errors
/// `Full`, naming the queue, what waits in it, and how much may.
pub(crate) async fn let_in(ctx: &Context, queue: &str) -> Result<()> {
    let Some(most) = ctx.settings.most_waiting.of(queue) else { return Ok(()) };
    let begun = Instant::now();
    let waiting = if let Some(waiting) = ctx.counts.one_more(queue, begun) {
        waiting
    } else {
        let waiting = ctx.database.waiting(queue).await?.saturating_add(1);
        ctx.counts.counted(queue, waiting, begun, Instant::now());
        waiting
    };
    if waiting <= most {
        return Ok(());
    }
    ctx.counts.one_less(queue);
    Err(Error::Full {
        message: format!(
            "The queue {queue} has {} tasks waiting and takes {most} at most; try again in {} seconds.",
            waiting - 1,
            AGAIN.as_secs()
        ),
        retry_after: AGAIN,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_a_second_one_asks_the_database_and_the_others_go_by_what_it_said() {
        let (counts, now) = (Counts::default(), Instant::now());
        assert_eq!(counts.one_more("q", now), None);
        counts.counted("q", 5, now, now);

        let told: Vec<_> = (0..3).map(|_| counts.one_more("q", now + BELIEVED)).collect();
        let later = now + BELIEVED + Duration::from_millis(1);
        let then: Vec<_> = (0..3).map(|_| counts.one_more("q", later)).collect();

        assert_eq!(told, [Some(6), Some(7), Some(8)]);
        assert_eq!(then, [None, Some(9), Some(10)]);
    }

    #[test]
    fn what_is_long_to_count_is_counted_rarely() {
        let (counts, begun) = (Counts::default(), Instant::now());
        let counted = begun + Duration::from_secs(2);

        counts.counted("q", 5, begun, counted);

        assert_eq!(counts.one_more("q", counted + Duration::from_secs(19)), Some(6));
        assert_eq!(counts.one_more("q", counted + Duration::from_secs(21)), None);
    }

    #[test]
    fn a_queue_that_is_not_named_has_the_limit_of_all() {
        let of = BTreeMap::from([("small".to_owned(), 10), ("endless".to_owned(), 0)]);
        let most = MostWaiting { in_each: 1000, of };

        assert_eq!(most.of("default"), Some(1000));
        assert_eq!(most.of("small"), Some(10));
        assert_eq!(most.of("endless"), None);
    }
}
