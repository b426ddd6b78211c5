//! How long receivers are waited for.

use std::time::Duration;

/// What the operator bears of receivers that do not take what they are told.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Patience {
    /// After so many attempts in a row that came to nothing, a webhook is disabled.
    pub failures: u32,
    /// The pause after the first of them; it doubles with each.
    pub pause: Duration,
    /// However many there were.
    pub longest_pause: Duration,
    /// What has waited for so long is given up.
    pub lifetime: Duration,
    /// So much waits for a receiver at most; what is older is given up.
    pub most_waiting: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            failures: 50,
            pause: Duration::from_secs(10),
            longest_pause: Duration::from_hours(1),
            lifetime: Duration::from_hours(7 * 24),
            most_waiting: 10_000,
        }
    }
}

impl Patience {
    /// How long to wait after so many failures in a row, one at least.
    pub(super) fn pause(&self, failures: u32) -> Duration {
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        self.pause.saturating_mul(doubled).min(self.longest_pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let patience = Patience::default();

        let pauses =
            [1, 2, 3, 9, 10, 50, u32::MAX].map(|failures| patience.pause(failures).as_secs());

        assert_eq!(pauses, [10, 20, 40, 2560, 3600, 3600, 3600]);
    }
}
