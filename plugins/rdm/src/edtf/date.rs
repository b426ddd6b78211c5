//! One date, without a time.

/// A year, perhaps a month of it, perhaps a day of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

impl Date {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year: u16 = number(parts.next()?, 4)?;
        let month = match parts.next() {
            Some(month) => Some(in_range(month, 1, 12)?),
            None => None,
        };
        let day = match parts.next() {
            Some(day) => Some(in_range(day, 1, days_in(year, month))?),
            None => None,
        };

        parts.next().is_none().then_some(Self { year, month, day })
    }

    /// Reads a date that says its day.
    pub(super) fn read_day(text: &str) -> Option<Self> {
        Self::read(text).filter(|date| date.day.is_some())
    }

    pub(super) fn first_day(self) -> (u16, u8, u8) {
        (self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }

    pub(super) fn last_day(self) -> (u16, u8, u8) {
        (self.year, self.month.unwrap_or(12), self.day.unwrap_or(31))
    }
}

/// Whether it is a time to the second, with or without its distance from UTC.
pub(super) fn is_time(text: &str) -> bool {
    let Some((time, zone)) = text.split_at_checked(8) else { return false };
    is_clock(time, [23, 59, 59])
        && match zone.split_at_checked(1) {
            None => true,
            Some(("Z", rest)) => rest.is_empty(),
            Some(("+" | "-", offset)) => is_clock(offset, [14, 59]),
            Some(_) => false,
        }
}

/// Whether it is as many two-digit numbers as there are limits, none above its own.
fn is_clock<const N: usize>(text: &str, limits: [u8; N]) -> bool {
    let mut numbers = text.split(':');
    limits
        .iter()
        .all(|limit| numbers.next().is_some_and(|text| in_range(text, 0, *limit).is_some()))
        && numbers.next().is_none()
}

fn in_range(text: &str, least: u8, most: u8) -> Option<u8> {
    number::<u8>(text, 2).filter(|number| (least..=most).contains(number))
}

fn number<N: std::str::FromStr>(text: &str, digits: usize) -> Option<N> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn days_in(year: u16, month: Option<u8>) -> u8 {
    match month {
        Some(2)
            if year.is_multiple_of(4)
                && (!year.is_multiple_of(100) || year.is_multiple_of(400)) =>
        {
            29
        }
        Some(2) => 28,
        Some(4 | 6 | 9 | 11) => 30,
        _ => 31,
    }
}
