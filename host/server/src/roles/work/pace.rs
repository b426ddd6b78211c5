//! Not going faster than allowed.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Whoever comes late may make up for so much, so that waking up late does not add up.
const LATE: Duration = Duration::from_millis(100);

/// Lets so many tasks a second begin, whoever asks. What was allowed and not needed is given back: a
/// limiter as of `governor` takes nothing back.
pub(super) struct Pace {
    between: Duration,
    /// When the next may begin.
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn new(per_second: NonZeroU32) -> Self {
        Self { between: Duration::from_secs(1) / per_second.get(), next: Mutex::new(None) }
    }

    /// Allows one to begin now, or says when to come again.
    pub(super) fn take(&self, now: Instant) -> Result<(), Instant> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        match *next {
            Some(next) if next > now => Err(next),
            before => {
                let late = before.map_or(Duration::ZERO, |before| (now - before).min(LATE));
                *next = Some(now - late + self.between);
                Ok(())
            }
        }
    }

    /// What was allowed did not begin.
    pub(super) fn give_back(&self) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = next.and_then(|next| next.checked_sub(self.between));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(per_second: u32) -> Pace {
        Pace::new(NonZeroU32::new(per_second).unwrap())
    }

    #[test]
    fn no_more_begin_in_a_second_than_allowed_however_many_ask() {
        let (pace, begun) = (pace(50), Instant::now());

        let mut allowed = 0;
        for millisecond in 0..10_000 {
            let now = begun + Duration::from_millis(millisecond);
            allowed += (0..4).filter(|_| pace.take(now).is_ok()).count();
        }

        assert_eq!(allowed, 500);
    }

    #[test]
    fn who_must_wait_is_told_until_when() {
        let (pace, now) = (pace(4), Instant::now());

        assert_eq!(pace.take(now), Ok(()));

        let next = now + Duration::from_millis(250);
        assert_eq!(pace.take(now), Err(next));
        assert_eq!(pace.take(next), Ok(()));
    }

    #[test]
    fn a_pause_is_not_made_up_for() {
        let (pace, begun) = (pace(100), Instant::now());
        pace.take(begun).unwrap();

        let later = begun + Duration::from_mins(1);
        let at_once = (0..100).filter(|_| pace.take(later).is_ok()).count();

        assert_eq!(at_once, 11, "the one whose turn it is, and what came late");
    }

    #[test]
    fn what_was_not_needed_is_another_ones() {
        let (pace, now) = (pace(1), Instant::now());
        pace.take(now).unwrap();

        pace.give_back();

        assert_eq!(pace.take(now), Ok(()));
        assert!(pace.take(now).is_err());
    }
}
