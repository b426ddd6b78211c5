//! How many writing requests a cluster is sent at a time: fewer while it is busy.
//!
//! A cluster that refuses a request for want of room makes all of them wait for as long as it says, or
//! for a moment, and halves how many are sent at a time; each that it takes makes room for more again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// So many requests must be taken, one after the other, before there is room for one more.
const TAKEN_FOR_ONE_MORE: usize = 8;
/// A cluster that wants to be left alone for longer is asked again nevertheless.
const LONGEST: Duration = Duration::from_secs(30);

pub(super) struct Pressure {
    /// As many permits as there is room for.
    room: Semaphore,
    most: usize,
    state: Mutex<State>,
}

struct State {
    /// Requests at a time.
    width: usize,
    /// Permits that are still out, and are not to come back.
    owed: usize,
    /// Taken since the width last changed.
    taken: usize,
    /// Until when nothing is sent.
    quiet_until: Instant,
}

/// Room for one request.
#[must_use]
pub(super) struct Room<'a> {
    pressure: &'a Pressure,
    permit: Option<SemaphorePermit<'a>>,
}

impl Pressure {
    pub(super) fn new(most: usize) -> Self {
        let most = most.clamp(1, 1_024);
        let state = State { width: most, owed: 0, taken: 0, quiet_until: Instant::now() };
        Self { room: Semaphore::new(most), most, state: Mutex::new(state) }
    }

    /// Waits until there is room, and until the cluster may be asked again.
    pub(super) async fn room(&self) -> Room<'_> {
        // It is never closed.
        let permit = self.room.acquire().await.ok();
        let quiet_until = self.state().quiet_until;
        tokio::time::sleep_until(quiet_until).await;
        Room { pressure: self, permit }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room<'_> {
    /// The cluster took all of it.
    pub(super) fn was_taken(&self) {
        let mut state = self.pressure.state();
        state.taken += 1;
        if state.width < self.pressure.most && state.taken >= TAKEN_FOR_ONE_MORE {
            state.taken = 0;
            state.width += 1;
            if state.owed > 0 {
                state.owed -= 1;
            } else {
                self.pressure.room.add_permits(1);
            }
        }
    }

    /// The cluster had no room for some of it, and said for how long, if it did.
    pub(super) fn was_refused(&self, pause: Duration) {
        let mut state = self.pressure.state();
        state.taken = 0;
        state.quiet_until = state.quiet_until.max(Instant::now() + pause.min(LONGEST));
        let less = state.width / 2;
        state.width -= less;
        state.owed += less - self.pressure.room.forget_permits(less);
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        let mut state = self.pressure.state();
        if state.owed > 0 {
            state.owed -= 1;
            if let Some(permit) = self.permit.take() {
                permit.forget();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_millis(1);

    fn width(pressure: &Pressure) -> usize {
        pressure.state().width
    }

    #[tokio::test]
    async fn a_busy_cluster_is_sent_half_as_much_and_later_more_again() {
        let pressure = Pressure::new(8);
        let mut out = Vec::new();
        for _ in 0..8 {
            out.push(pressure.room().await);
        }

        out[0].was_refused(PAUSE);
        out[1].was_refused(PAUSE);
        assert_eq!(width(&pressure), 2);
        drop(out);
        assert_eq!(pressure.room.available_permits(), 2);

        let room = pressure.room().await;
        assert!(Instant::now() >= pressure.state().quiet_until, "nothing is sent before");
        for _ in 0..TAKEN_FOR_ONE_MORE * 10 {
            room.was_taken();
        }
        drop(room);
        assert_eq!((width(&pressure), pressure.room.available_permits()), (8, 8));
    }

    #[tokio::test]
    async fn one_request_at_a_time_is_always_sent_and_no_pause_is_endless() {
        let pressure = Pressure::new(3);
        let rooms = [pressure.room().await, pressure.room().await, pressure.room().await];

        for room in &rooms {
            room.was_refused(Duration::from_secs(100_000));
        }
        drop(rooms);

        assert_eq!((width(&pressure), pressure.room.available_permits()), (1, 1));
        assert!(pressure.state().quiet_until <= Instant::now() + LONGEST);
    }
}
