//! Counting a request, and letting it in or not.

use std::time::Duration;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::{Rate, Subject};
use crate::Services;

/// How a caller stands with the rate that leaves them least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub rate: Rate,
    /// Requests that are left now; none: this one is refused.
    pub remaining: Option<u32>,
    /// When all that was counted lies in the stretch before.
    pub resets: Timestamp,
    /// Until then.
    pub resets_in: Duration,
}

/// Counts a request. `None`: this caller has no limits, or nobody counts at the moment: requests are
/// not refused because a cache is down.
pub async fn admit(services: &Services, who: Subject) -> Option<Standing> {
    let rates = services.settings.limits.of(who);
    if rates.is_empty() {
        return None;
    }
    let now = services.clock.now();
    let name = who.name();
    let standings = join_all(rates.iter().map(|rate| stand(services, &name, *rate, now))).await;
    standings.into_iter().flatten().min_by_key(|standing| standing.remaining)
}

async fn stand(services: &Services, name: &str, rate: Rate, now: Timestamp) -> Option<Standing> {
    let within = rate.within();
    let length = i64::try_from(within.as_millis()).ok()?;
    let (number, passed) =
        (now.as_millisecond().div_euclid(length), now.as_millisecond().rem_euclid(length));
    let key = |number: i64| format!("{name}:{rate}:{number}");
    // It is looked at as long as the next stretch lasts.
    let counted = services.counters.add(&key(number), &key(number - 1), within * 2).await?;
    let passed = Duration::from_millis(u64::try_from(passed).ok()?);
    let resets_in = within.saturating_sub(passed);
    Some(Standing {
        rate,
        remaining: remaining(rate, counted.added, counted.other, resets_in),
        resets: now.saturating_add(SignedDuration::try_from(resets_in).ok()?).ok()?,
        resets_in,
    })
}

/// Of the stretch before counts as much as lies within the window still.
fn remaining(rate: Rate, added: u64, before: u64, left: Duration) -> Option<u32> {
    let whole = rate.within().as_millis();
    let carried = u128::from(before) * left.as_millis() / whole;
    let used = u128::from(added) + carried;
    u128::from(rate.most()).checked_sub(used).map(|left| u32::try_from(left).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_before_counts_as_far_as_it_lies_within_the_window() {
        let rate: Rate = "10/min".parse().unwrap();
        let left =
            |added, before, seconds| remaining(rate, added, before, Duration::from_secs(seconds));

        assert_eq!(left(1, 0, 60), Some(9));
        assert_eq!(left(10, 0, 1), Some(0), "the tenth is let in");
        assert_eq!(left(11, 0, 1), None);
        assert_eq!(left(1, 10, 60), None, "all of the stretch before");
        assert_eq!(left(1, 10, 30), Some(4), "half of it");
        assert_eq!(left(1, 10, 0), Some(9));
    }
}
