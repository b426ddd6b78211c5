//! Not going faster than allowed.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Lets so many documents a second pass, whoever asks.
pub(super) struct Pace {
    rate: Option<NonZeroU32>,
    /// When the next may pass.
    next: Mutex<Instant>,
}

impl Pace {
    /// Without a rate, all pass at once.
    pub(super) fn new(rate: Option<NonZeroU32>) -> Self {
        Self { rate, next: Mutex::new(Instant::now()) }
    }

    /// Returns when `documents` more may be written.
    pub(super) async fn take(&self, documents: usize) {
        if let Some(turn) = self.turn(documents, Instant::now()) {
            tokio::time::sleep_until(turn).await;
        }
    }

    /// When whoever comes now may write that many; none: there is no limit.
    fn turn(&self, documents: usize, now: Instant) -> Option<Instant> {
        let rate = f64::from(self.rate?.get());
        let documents = f64::from(u32::try_from(documents).unwrap_or(u32::MAX));
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = (*next).max(now);
        *next = turn + Duration::from_secs(1).mul_f64(documents / rate);
        Some(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_pass_than_allowed_however_many_come_at_once() {
        let pace = Pace::new(NonZeroU32::new(100));
        let now = Instant::now();

        let turns: Vec<_> = (0..11).filter_map(|_| pace.turn(50, now)).collect();

        let waits: Vec<_> = turns.iter().map(|turn| (*turn - now).as_millis()).collect();
        assert_eq!(waits, (0..11).map(|place| place * 500).collect::<Vec<_>>());
        let later = now + Duration::from_mins(1);
        assert_eq!(pace.turn(50, later), Some(later), "nobody makes up for a pause");
    }

    #[test]
    fn without_a_rate_nobody_waits() {
        assert_eq!(Pace::new(None).turn(usize::MAX, Instant::now()), None);
    }
}
