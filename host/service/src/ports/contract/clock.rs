//! Time that moves when told to.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::ports::Clock;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct HeldClock(Mutex<Timestamp>);

impl HeldClock {
    /// Starts at a moment in 2026.
    pub fn new() -> Self {
        Self(Mutex::new(Timestamp::from_second(1_780_000_000).unwrap()))
    }

    /// Moves on.
    pub fn pass(&self, duration: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now += duration;
    }
}

impl Default for HeldClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}
