//! The clock of those who share a database.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use repono_service::ports::Clock;

/// A difference worth an operator's attention.
const NOTABLE: Duration = Duration::from_secs(2);

/// Goes by another clock, of which it is told the time now and then. In between it goes on by
/// itself, whatever happens to the machine's own clock.
pub struct SharedClock {
    /// Asked until the other's time is known.
    own: Arc<dyn Clock>,
    told: RwLock<Option<Told>>,
}

#[derive(Clone, Copy)]
struct Told {
    time: Timestamp,
    at: Instant,
}

impl SharedClock {
    /// Goes by this machine's clock until it is told otherwise.
    pub fn new(own: Arc<dyn Clock>) -> Self {
        Self { own, told: RwLock::new(None) }
    }

    /// Takes over what the other clock said at some moment since `asked`. An answer that was long on
    /// its way changes nothing that it does not disprove.
    pub fn tell(&self, time: Timestamp, asked: Instant) {
        let possible = asked.elapsed() / 2;
        let time = time.saturating_add(possible).unwrap_or(time);
        let off = time.duration_since(self.now()).unsigned_abs();
        let mut told = self.told.write().unwrap_or_else(PoisonError::into_inner);
        if told.is_none() && off > NOTABLE {
            tracing::warn!(
                off_s = off.as_secs(),
                "this machine's clock differs from the database's, which counts: set it right, as certificates and logs go by it"
            );
        }
        if told.is_none() || off > possible {
            *told = Some(Told { time, at: Instant::now() });
        }
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        let told = *self.told.read().unwrap_or_else(PoisonError::into_inner);
        let Some(told) = told else { return self.own.now() };
        let now = told.time.saturating_add(told.at.elapsed()).unwrap_or(told.time);
        // What a database keeps.
        now.round(jiff::Unit::Microsecond).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use repono_service::ports::contract::HeldClock;

    use super::*;

    fn clock() -> (Arc<HeldClock>, SharedClock) {
        let own = Arc::new(HeldClock::new());
        (Arc::clone(&own), SharedClock::new(own))
    }

    fn minutes(minutes: i64) -> SignedDuration {
        SignedDuration::from_mins(minutes)
    }

    #[test]
    fn until_it_is_told_the_time_it_goes_by_the_machines() {
        let (own, clock) = clock();
        own.pass(minutes(3));

        assert_eq!(clock.now(), own.now());
    }

    #[test]
    fn once_told_it_goes_on_whatever_the_machines_clock_does() {
        let (own, clock) = clock();
        let told = own.now() + minutes(5);
        clock.tell(told, Instant::now());

        own.pass(minutes(60));

        let now = clock.now();
        assert!(now >= told && now < told + minutes(1), "{now}");
    }

    #[test]
    fn an_answer_that_was_long_on_its_way_changes_only_what_it_disproves() {
        let (own, clock) = clock();
        let told = own.now();
        clock.tell(told, Instant::now());
        let long_ago = Instant::now().checked_sub(Duration::from_mins(4)).unwrap();

        // It may have been said at any moment of four minutes.
        clock.tell(told - minutes(3), long_ago);
        assert!(clock.now() >= told);

        clock.tell(told - minutes(30), long_ago);
        assert!(clock.now() < told - minutes(27));
    }
}
