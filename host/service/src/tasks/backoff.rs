//! How long a task that failed waits for its next attempt.

use std::time::Duration;

use repono_domain::TaskId;
use sha2::{Digest as _, Sha256};

use crate::ports::Backoff;

/// No task waits longer than this for an attempt, whatever its kind says.
const LONGEST: Duration = Duration::from_hours(30 * 24);

/// How long after this failed attempt the next one comes: anything up to a time that doubles with every
/// attempt, so that tasks that failed together do not come back together. The same for the same attempt of the same
/// task: whoever repeats a settlement does not put it off.
pub(super) fn pause(backoff: Backoff, task: &TaskId, attempt: u32) -> Duration {
    let doubled = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
    let most = backoff.base.saturating_mul(doubled).min(backoff.most).min(LONGEST);
    let hash: [u8; 32] = Sha256::digest(format!("{task} {attempt}")).into();
    let mut chance = [0; 4];
    chance.copy_from_slice(&hash[..4]);
    most.mul_f64(f64::from(u32::from_be_bytes(chance)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { base: Duration::from_secs(2), most: Duration::from_mins(1) };

    fn pauses(backoff: Backoff, attempt: u32) -> Vec<Duration> {
        let tasks = (0..2000).map(|number| TaskId(format!("task-{number}")));
        tasks.map(|task| pause(backoff, &task, attempt)).collect()
    }

    #[test]
    fn pauses_are_spread_over_a_time_that_doubles_up_to_a_limit() {
        for (attempt, most) in [(1, 2), (2, 4), (3, 8), (5, 32), (6, 60), (40, 60), (u32::MAX, 60)]
        {
            let most = Duration::from_secs(most);
            let pauses = pauses(BACKOFF, attempt);

            assert!(pauses.iter().all(|pause| *pause <= most), "attempt {attempt}");
            // As many in each quarter as chance would have it.
            for quarter in 1..=4 {
                let within = |pause: &&Duration| {
                    (most / 4 * (quarter - 1)..most / 4 * quarter).contains(*pause)
                };
                let count = pauses.iter().filter(within).count();
                assert!((400..600).contains(&count), "attempt {attempt}: {count}");
            }
        }
    }

    #[test]
    fn an_attempt_has_one_pause_and_every_attempt_another() {
        let task = TaskId("task".to_owned());

        assert_eq!(pause(BACKOFF, &task, 3), pause(BACKOFF, &task, 3));
        assert_ne!(pause(BACKOFF, &task, 6), pause(BACKOFF, &task, 7));
        let at_once = Backoff { base: Duration::ZERO, ..BACKOFF };
        assert_eq!(pause(at_once, &task, 9), Duration::ZERO);
        let endless = Backoff { base: Duration::MAX, most: Duration::MAX };
        assert!(pause(endless, &task, u32::MAX) <= LONGEST);
    }
}
