//! When a schedule fires.
//!
//! An expression that names hours is about the clock on the wall: a time that the clock leaves out is made
//! up for at the next instant there is, and one that it shows twice counts once, the first time. An
//! expression for every hour is about the time that passes, as `every 15m` is: it goes on through both.

use std::collections::VecDeque;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, Zoned};
use repono_domain::{Plan, Problem};

/// What `timing` begins with if it is no cron expression.
const EVERY: &str = "every ";
/// Schedules are looked at every few seconds.
const SHORTEST: SignedDuration = SignedDuration::from_secs(10);
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// Where ticks that passed are looked for, the latest first: few schedules have none in the last hour.
const WINDOWS: [SignedDuration; 4] = [
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(32 * 24),
    SignedDuration::from_hours(400 * 24),
];

/// The ticks of a schedule.
#[derive(Debug)]
pub(super) struct Times {
    rhythm: Rhythm,
    zone: TimeZone,
}

#[derive(Debug)]
enum Rhythm {
    /// By the clock on the wall.
    Wall(Cron),
    /// By the time that passes, at these minutes.
    Hourly(Cron),
    /// By the time that passes, in microseconds.
    Every { interval: i64, since: i64 },
    /// Only when somebody asks.
    Never,
}

impl Times {
    /// Reads a plan of a schedule that has been there since `created`.
    ///
    /// # Errors
    /// All that is wrong with its times, with the field.
    pub(super) fn read(plan: &Plan, created: Timestamp) -> Result<Self, Vec<Problem>> {
        let zone = TimeZone::get(&plan.timezone).map_err(|_| {
            let zone = &plan.timezone;
            let told = format!(
                "There is no time zone {zone:?}: name one as IANA does, as in Europe/Vienna or UTC."
            );
            Problem::error("/timezone", "unknown-timezone", told)
        });
        let rhythm = plan.timing.as_deref().map_or(Ok(Rhythm::Never), |timing| {
            match timing.strip_prefix(EVERY) {
                Some(interval) => every(interval, created),
                None => cron(timing),
            }
        });
        match (zone, rhythm) {
            (Ok(zone), Ok(rhythm)) => Ok(Self { rhythm, zone }),
            (zone, rhythm) => Err(zone.err().into_iter().chain(rhythm.err()).collect()),
        }
    }

    /// The first tick after this time.
    pub(super) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match &self.rhythm {
            Rhythm::Wall(cron) => self.next_on_the_wall(cron, after),
            Rhythm::Hourly(cron) => {
                let next = cron.find_next_occurrence(&self.shown(after), false);
                next.ok().map(|next| next.timestamp())
            }
            Rhythm::Every { interval, since } => {
                let passed = after.as_microsecond().saturating_sub(*since);
                let number = passed.div_euclid(*interval).saturating_add(1).max(1);
                let next = since.saturating_add(number.saturating_mul(*interval));
                Timestamp::from_microsecond(next).ok()
            }
            Rhythm::Never => None,
        }
    }

    /// The latest `most` ticks after `passed` that are over by `now`, in their order.
    pub(super) fn due(
        &self,
        passed: Timestamp,
        now: Timestamp,
        most: usize,
    ) -> VecDeque<Timestamp> {
        if self.next(passed).is_none_or(|first| first > now) {
            return VecDeque::new();
        }
        for window in WINDOWS {
            let after = now.checked_sub(window).unwrap_or(Timestamp::MIN);
            if after <= passed {
                break;
            }
            let latest = self.latest(after, now, most);
            if latest.len() == most {
                return latest;
            }
        }
        self.latest(passed, now, most)
    }

    /// A time as the clocks of its zone show it.
    pub(super) fn shown(&self, time: Timestamp) -> Zoned {
        time.to_zoned(self.zone.clone())
    }

    fn latest(&self, after: Timestamp, until: Timestamp, most: usize) -> VecDeque<Timestamp> {
        let mut latest = VecDeque::with_capacity(most);
        let mut last = after;
        while let Some(tick) = self.next(last).filter(|tick| *tick <= until) {
            if latest.len() == most {
                latest.pop_front();
            }
            latest.push_back(tick);
            last = tick;
        }
        latest
    }

    fn next_on_the_wall(&self, cron: &Cron, after: Timestamp) -> Option<Timestamp> {
        let mut shown = self.shown(after).datetime();
        loop {
            shown = cron.find_next_occurrence(&shown, false).ok()?;
            let times = self.zone.to_ambiguous_zoned(shown);
            let is_left_out = matches!(times.offset(), AmbiguousOffset::Gap { .. });
            let first = times.earlier().ok()?.timestamp();
            let tick = if is_left_out {
                // Where the clock is put forward.
                self.zone.following(first).next()?.timestamp()
            } else {
                first
            };
            // What the clock shows twice, or what it left out, may be over already.
            if tick > after {
                return Some(tick);
            }
        }
    }
}

fn cron(expression: &str) -> Result<Rhythm, Problem> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = parser.parse(expression).map_err(|error| {
        let told = format!(
            "{expression:?} is no cron expression of five fields (minute, hour, day of the month, month, day of the week): {error}"
        );
        Problem::error("/cron", "invalid-cron", told)
    })?;
    let times = Times { rhythm: Rhythm::Wall(cron), zone: TimeZone::UTC };
    if times.next(Timestamp::UNIX_EPOCH).is_none() {
        let told = format!("{expression:?} never fires: there is no such day.");
        return Err(Problem::error("/cron", "never-fires", told));
    }
    Ok(match times.rhythm {
        Rhythm::Wall(cron) if is_for_every_hour(&cron) => Rhythm::Hourly(cron),
        rhythm => rhythm,
    })
}

fn is_for_every_hour(cron: &Cron) -> bool {
    (0..24).all(|hour| cron.pattern.hour_match(hour).unwrap_or(false))
}

fn every(interval: &str, since: Timestamp) -> Result<Rhythm, Problem> {
    let wrong = |why: &dyn std::fmt::Display| {
        let told = format!(
            "{interval:?} is no interval that a schedule can have, from 10 s to 366 days, as in 15m, 2h 30m or 1d: {why}"
        );
        Problem::error("/every", "invalid-interval", told)
    };
    let span: Span = interval.trim().parse().map_err(|error: jiff::Error| wrong(&error))?;
    let duration =
        span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|error| wrong(&error))?;
    if duration < SHORTEST {
        return Err(wrong(&"it is too short"));
    }
    if duration > LONGEST {
        return Err(wrong(&"it is too long"));
    }
    let interval = i64::try_from(duration.as_micros()).map_err(|error| wrong(&error))?;
    Ok(Rhythm::Every { interval, since: since.as_second().saturating_mul(1_000_000) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use repono_domain::CatchUp;
    use serde_json::json;

    use super::*;

    const VIENNA: &str = "Europe/Vienna";

    fn plan(timing: &str, timezone: &str) -> Plan {
        Plan {
            title: String::new(),
            description: String::new(),
            kind: "sample.work".to_owned(),
            payload: json!({}),
            timing: Some(timing.to_owned()),
            timezone: timezone.to_owned(),
            jitter_s: 0,
            catch_up: CatchUp::Once,
        }
    }

    fn times(timing: &str, timezone: &str) -> Times {
        Times::read(&plan(timing, timezone), at("2026-01-01T00:07:00.5Z")).unwrap()
    }

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    /// The first ticks after a time, as the clocks there show them.
    fn ticks(times: &Times, after: &str, count: usize) -> Vec<String> {
        let mut last = at(after);
        let next = std::iter::from_fn(|| {
            last = times.next(last)?;
            Some(times.shown(last).strftime("%m-%d %H:%M%:z").to_string())
        });
        next.take(count).collect()
    }

    fn codes(timing: &str, timezone: &str) -> Vec<(String, String)> {
        let problems = Times::read(&plan(timing, timezone), Timestamp::UNIX_EPOCH).unwrap_err();
        problems.into_iter().map(|problem| (problem.at, problem.code)).collect()
    }

    #[test]
    fn a_tick_is_never_now() {
        let times = times("0 3 * * *", "UTC");

        assert_eq!(times.next(at("2026-03-01T03:00:00Z")), Some(at("2026-03-02T03:00:00Z")));
        assert_eq!(times.next(at("2026-03-01T02:59:59.9Z")), Some(at("2026-03-01T03:00:00Z")));
    }

    #[test]
    fn a_time_that_does_not_exist_fires_once_at_the_next_instant() {
        // On 2026-03-29 the clock goes from 02:00 to 03:00.
        let nightly = times("30 2 * * *", VIENNA);
        assert_eq!(
            ticks(&nightly, "2026-03-28T00:00:00Z", 4),
            ["03-28 02:30+01:00", "03-29 03:00+02:00", "03-30 02:30+02:00", "03-31 02:30+02:00"]
        );

        let often = times("*/20 2 * * *", VIENNA);
        assert_eq!(
            ticks(&often, "2026-03-28T22:00:00Z", 2),
            ["03-29 03:00+02:00", "03-30 02:00+02:00"],
            "three times that do not exist are one instant"
        );
        let two_hours = times("0 2,3 * * *", VIENNA);
        assert_eq!(
            ticks(&two_hours, "2026-03-28T22:00:00Z", 2),
            ["03-29 03:00+02:00", "03-30 02:00+02:00"]
        );
    }

    #[test]
    fn a_time_that_exists_twice_fires_once() {
        // On 2026-10-25 the clock goes from 03:00 back to 02:00.
        let nightly = times("30 2 * * *", VIENNA);
        assert_eq!(
            ticks(&nightly, "2026-10-24T00:00:00Z", 3),
            ["10-24 02:30+02:00", "10-25 02:30+02:00", "10-26 02:30+01:00"].map(str::to_owned)
        );
        // In the hour that is shown again.
        assert_eq!(ticks(&nightly, "2026-10-25T01:10:00Z", 1), ["10-26 02:30+01:00"]);
        let two_hours = times("0,30 2-3 * * *", VIENNA);
        assert_eq!(
            ticks(&two_hours, "2026-10-24T22:00:00Z", 5),
            [
                "10-25 02:00+02:00",
                "10-25 02:30+02:00",
                "10-25 03:00+01:00",
                "10-25 03:30+01:00",
                "10-26 02:00+01:00"
            ]
        );
    }

    #[test]
    fn what_is_for_every_hour_goes_on_through_both() {
        let times = times("*/30 * * * *", VIENNA);

        let spring = times.due(at("2026-03-28T23:00:00Z"), at("2026-03-29T05:00:00Z"), 99);
        let autumn = times.due(at("2026-10-24T22:00:00Z"), at("2026-10-25T04:00:00Z"), 99);

        for ticks in [spring, autumn] {
            assert_eq!(ticks.len(), 12, "{ticks:?}");
            let pairs = ticks.iter().zip(ticks.iter().skip(1));
            for (one, next) in pairs {
                assert_eq!(one.duration_until(*next), SignedDuration::from_mins(30));
            }
        }
    }

    #[test]
    fn an_interval_is_counted_from_when_its_schedule_was_first_met() {
        let times = times("every 15m", VIENNA);

        assert_eq!(times.next(at("2025-12-01T00:00:00Z")), Some(at("2026-01-01T00:22:00Z")));
        assert_eq!(times.next(at("2026-01-01T00:22:00Z")), Some(at("2026-01-01T00:37:00Z")));
        assert_eq!(times.next(at("2026-03-29T00:59:00Z")), Some(at("2026-03-29T01:07:00Z")));
        for interval in ["1h 30m", "1 day", "PT45M", "366d"] {
            Times::read(&plan(&format!("every {interval}"), "UTC"), Timestamp::UNIX_EPOCH).unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_field() {
        let problem = |at: &str, code: &str| (at.to_owned(), code.to_owned());

        assert_eq!(codes("every day", "UTC"), [problem("/every", "invalid-interval")]);
        for interval in ["every 9s", "every 367d", "every 1mo", "every -1h", "every "] {
            assert_eq!(codes(interval, "UTC"), [problem("/every", "invalid-interval")]);
        }
        for cron in ["nightly", "", "0 3 * *", "0 0 3 * * *", "60 3 * * *", "0 3 * * * 2030"] {
            assert_eq!(codes(cron, "UTC"), [problem("/cron", "invalid-cron")], "{cron}");
        }
        for cron in ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *"] {
            assert_eq!(codes(cron, "UTC"), [problem("/cron", "never-fires")], "{cron}");
        }
        assert_eq!(
            codes("nightly", "Mars/Olympus"),
            [problem("/timezone", "unknown-timezone"), problem("/cron", "invalid-cron")]
        );
        assert_eq!(ticks(&times("0 0 29 2 *", "UTC"), "2026-01-01T00:00:00Z", 1).len(), 1);
    }

    #[test]
    fn of_ticks_that_passed_the_latest_are_told_in_their_order() {
        let times = times("0 3 * * *", "UTC");
        let passed = at("2016-01-01T00:00:00Z");
        let now = at("2026-03-03T04:00:00Z");

        assert_eq!(times.due(passed, now, 1), [at("2026-03-03T03:00:00Z")]);
        assert_eq!(
            times.due(passed, now, 2),
            [at("2026-03-02T03:00:00Z"), at("2026-03-03T03:00:00Z")]
        );
        assert_eq!(times.due(at("2026-03-03T03:00:00Z"), now, 9), []);
        assert_eq!(times.due(at("2026-03-02T03:00:00Z"), now, 9), [at("2026-03-03T03:00:00Z")]);
        assert_eq!(times.due(passed, now, 400).len(), 400);
    }

    proptest! {
        /// Walking from tick to tick, from wherever one starts, leads along the same ticks.
        #[test]
        fn ticks_do_not_depend_on_where_one_looks_from(
            start in 0_i64..40_000_000,
            timing in prop::sample::select(vec![
                "30 2 * * *", "*/20 2,3 * * *", "15 * * * *", "0 0 1 * *", "every 7h", "0 2-4 * * 0",
            ]),
            zone in prop::sample::select(vec![
                VIENNA, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
            ]),
        ) {
            let times = times(timing, zone);
            let from = Timestamp::from_second(1_770_000_000 + start).unwrap();
            let next = times.next(from).unwrap();

            prop_assert!(next > from);
            let between = from + from.duration_until(next) / 2;
            prop_assert_eq!(times.next(between), Some(next));
            let just_before = next - SignedDuration::from_micros(1);
            prop_assert_eq!(times.next(just_before), Some(next));
            prop_assert!(times.next(next).unwrap() > next);
        }
    }
}
