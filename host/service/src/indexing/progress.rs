//! How far long work is, and how fast it goes.

use std::time::Duration;

use jiff::Timestamp;

/// How far a fill or a comparison is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records seen.
    pub done: u64,
    /// Records there are.
    pub total: u64,
    /// Records a second since it began; none: it has just begun.
    pub rate: Option<u64>,
    /// How long it will take if it goes on like this.
    pub remaining: Option<Duration>,
}

impl Progress {
    /// Of work that began at `started`.
    pub fn new(done: u64, total: u64, started: Timestamp, now: Timestamp) -> Self {
        let elapsed = Duration::try_from(started.duration_until(now)).unwrap_or_default();
        let rate = u64::try_from(elapsed.as_millis()).ok().filter(|millis| *millis > 0);
        let rate = rate.map(|millis| done.saturating_mul(1000) / millis);
        let left = total.saturating_sub(done);
        let seconds = rate.filter(|rate| *rate > 0).map(|rate| left.div_ceil(rate));
        Self { done, total, rate, remaining: seconds.map(Duration::from_secs) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn what_remains_follows_from_what_was_done() {
        let start = Timestamp::UNIX_EPOCH;
        let after = |seconds| start + SignedDuration::from_secs(seconds);

        let halfway = Progress::new(500, 1100, start, after(10));
        assert_eq!((halfway.rate, halfway.remaining), (Some(50), Some(Duration::from_secs(12))));
        let begun = Progress::new(0, 1100, start, start);
        assert_eq!((begun.rate, begun.remaining), (None, None));
        let stuck = Progress::new(0, 1100, start, after(10));
        assert_eq!((stuck.rate, stuck.remaining), (Some(0), None));
        let clock_set_back = Progress::new(5, 10, after(10), start);
        assert_eq!((clock_set_back.rate, clock_set_back.remaining), (None, None));
        let more_than_expected = Progress::new(12, 10, start, after(1));
        assert_eq!(more_than_expected.remaining, Some(Duration::ZERO));
    }
}
