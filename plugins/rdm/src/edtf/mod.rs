//! Dates as the Extended Date/Time Format has them, level 0.
//!
//! <https://www.loc.gov/standards/datetime/>: `2020`, `2020-11`, `2020-11-05`,
//! `2020-11-05T10:00:00Z` and intervals of dates, `1939/1945-05-08`.

mod date;

use date::Date;

/// What a date can have wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is none.
    Malformed,
    /// The interval ends before it begins.
    Reversed,
}

/// Reads a date or an interval of dates.
pub(crate) fn days(text: &str) -> Result<(), Flaw> {
    let Some((from, to)) = text.split_once('/') else {
        return Date::read(text).map(|_| ()).ok_or(Flaw::Malformed);
    };
    let from: Date = Date::read(from).ok_or(Flaw::Malformed)?;
    let to: Date = Date::read(to).ok_or(Flaw::Malformed)?;

    if from.first_day() <= to.last_day() { Ok(()) } else { Err(Flaw::Reversed) }
}

/// Reads a date, a date with a time, or an interval of dates.
pub(crate) fn days_or_moment(text: &str) -> Result<(), Flaw> {
    match text.split_once('T') {
        Some((day, time)) if Date::read_day(day).is_some() && date::is_time(time) => Ok(()),
        Some(_) => Err(Flaw::Malformed),
        None => days(text),
    }
}

/// The date on which an interval begins; any other text as it is.
pub(crate) fn start(text: &str) -> &str {
    text.split_once('/').map_or(text, |(from, _)| from)
}

/// The year in which a date or interval begins.
pub(crate) fn year(text: &str) -> Option<&str> {
    text.get(..4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_of_every_grain_are_read() {
        for text in ["2020", "2020-11", "2020-02-29", "0000", "1939/1945", "2020-01/2020-01-31"] {
            assert_eq!(days(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn days_that_no_calendar_has_are_refused() {
        for text in ["2021-02-29", "1900-02-29", "2020-13", "2020-00", "2020-04-31", "2020-1-1"] {
            assert_eq!(days(text), Err(Flaw::Malformed), "{text}");
        }
    }

    #[test]
    fn what_level_0_leaves_out_is_refused() {
        for text in [
            "",
            "baddate",
            "20",
            "2020~",
            "-2020",
            "2020/..",
            "/2020",
            "2020/2021/2022",
            "2020-11-05T10:00:00Z",
        ] {
            assert_eq!(days(text), Err(Flaw::Malformed), "{text}");
        }
    }

    #[test]
    fn an_interval_runs_forward() {
        assert_eq!(days("1945/1939"), Err(Flaw::Reversed));
        assert_eq!(days("2020-12-02/2020-12-01"), Err(Flaw::Reversed));
        assert_eq!(days("2020-12/2020"), Ok(()), "the year ends after the month begins");
    }

    #[test]
    fn a_moment_has_a_whole_day_and_a_whole_time() {
        for text in ["2020-11-05T10:00:00", "2020-11-05T10:00:00Z", "2020-11-05T23:59:59+05:30"] {
            assert_eq!(days_or_moment(text), Ok(()), "{text}");
        }
        for text in [
            "2020-11T10:00:00",
            "2020-11-05T24:00:00",
            "2020-11-05T10",
            "2020-11-05T10:00:00+99:00",
            "2020-11-05T10:00:00Z/2021",
        ] {
            assert_eq!(days_or_moment(text), Err(Flaw::Malformed), "{text}");
        }
    }

    #[test]
    fn an_interval_starts_where_it_says() {
        assert_eq!(start("1939-09/1945"), "1939-09");
        assert_eq!(start("2020"), "2020");
        assert_eq!(year("1939-09/1945"), Some("1939"));
        assert_eq!(year("n.d."), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,24}|[0-9T:/Z+-]{0,40}") {
            let _ = days(&text);
            let _ = days_or_moment(&text);
            let _ = year(start(&text));
        }

        #[test]
        fn every_calendar_day_is_read(year in 0..=9999, month in 1..=12, day in 1..=28) {
            let date = format!("{year:04}-{month:02}-{day:02}");
            let moment = format!("{date}T12:30:00Z");

            prop_assert_eq!(days(&date), Ok(()));
            prop_assert_eq!(days_or_moment(&moment), Ok(()));
            prop_assert_eq!(days(&moment), Err(Flaw::Malformed));
        }
    }
}
