//! `500/min`

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// So many within a stretch of time; written `500/min`, with `s`, `min`, `h` or `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate {
    most: NonZeroU32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

/// Why a text is not a [`Rate`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no rate: write how many within which time, as in \"500/min\" (s, min, h, d)")]
pub struct InvalidRate(String);

impl Rate {
    /// How many.
    pub fn most(self) -> u32 {
        self.most.get()
    }

    /// Within which time.
    pub fn within(self) -> Duration {
        match self.unit {
            Unit::Second => Duration::from_secs(1),
            Unit::Minute => Duration::from_mins(1),
            Unit::Hour => Duration::from_hours(1),
            Unit::Day => Duration::from_hours(24),
        }
    }
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let read = || {
            let (most, unit) = text.split_once('/')?;
            let unit = match unit {
                "s" => Unit::Second,
                "min" => Unit::Minute,
                "h" => Unit::Hour,
                "d" => Unit::Day,
                _ => return None,
            };
            Some(Self { most: most.parse().ok()?, unit })
        };
        read().ok_or_else(|| InvalidRate(text.to_owned()))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Second => "s",
            Unit::Minute => "min",
            Unit::Hour => "h",
            Unit::Day => "d",
        };
        write!(f, "{}/{unit}", self.most)
    }
}

impl TryFrom<String> for Rate {
    type Error = InvalidRate;

    fn try_from(text: String) -> Result<Self, InvalidRate> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_within_a_time() {
        for text in ["1/s", "500/min", "5000/h", "100000/d"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        for text in ["", "500", "0/min", "-1/min", "5/week", "5 / min", "/h"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
