//! The ends of a range: numbers, dates, truth and words have an order of their own.

use std::ops::Bound as Limit;

use repono_service::ports::FieldKind;
use repono_service::query::{Bound, date_span};

use super::words::fold;

/// Ends that a field's values can be compared with. At least one of them is not open.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Limits {
    /// Of whole numbers, and of dates as microseconds since 1970.
    Long(Limit<i64>, Limit<i64>),
    Double(Limit<f64>, Limit<f64>),
    Truth(Limit<bool>, Limit<bool>),
    /// By their bytes, folded for text fields.
    Text(Limit<String>, Limit<String>),
}

/// What there is between two bounds.
pub(crate) enum Between {
    /// Nothing: a bound cannot be read, or no value is beyond it.
    Nothing,
    /// All values there are.
    Anything,
    Limits(Limits),
}

/// Reads bounds as a field of this kind has them.
pub(crate) fn between(kind: FieldKind, from: &Bound, to: &Bound) -> Between {
    let limits = match kind {
        FieldKind::Text => ends(from, to, |text, included, _| Some(closed(fold(text), included)))
            .map(|(from, to)| Limits::Text(from, to)),
        FieldKind::Keyword => {
            ends(from, to, |text, included, _| Some(closed(text.to_owned(), included)))
                .map(|(from, to)| Limits::Text(from, to))
        }
        FieldKind::Date => ends(from, to, date).map(|(from, to)| Limits::Long(from, to)),
        FieldKind::Long => ends(from, to, long).map(|(from, to)| Limits::Long(from, to)),
        FieldKind::Double => ends(from, to, double).map(|(from, to)| Limits::Double(from, to)),
        FieldKind::Boolean => {
            ends(from, to, |text, included, _| Some(closed(text.trim().parse().ok()?, included)))
                .map(|(from, to)| Limits::Truth(from, to))
        }
        FieldKind::GeoPoint => None,
    };
    match limits {
        None => Between::Nothing,
        Some(limits) if limits.are_open() => Between::Anything,
        Some(limits) if limits.are_crossed() => Between::Nothing,
        Some(limits) => Between::Limits(limits),
    }
}

impl Limits {
    /// Whether no value can be between them.
    fn are_crossed(&self) -> bool {
        match self {
            Self::Long(from, to) => crossed(from, to),
            Self::Double(from, to) => crossed(from, to),
            Self::Truth(from, to) => crossed(from, to),
            Self::Text(from, to) => crossed(from, to),
        }
    }

    fn are_open(&self) -> bool {
        match self {
            Self::Long(from, to) => open(from, to),
            Self::Double(from, to) => open(from, to),
            Self::Truth(from, to) => open(from, to),
            Self::Text(from, to) => open(from, to),
        }
    }
}

fn open<T>(from: &Limit<T>, to: &Limit<T>) -> bool {
    matches!((from, to), (Limit::Unbounded, Limit::Unbounded))
}

fn crossed<T: PartialOrd>(from: &Limit<T>, to: &Limit<T>) -> bool {
    match (from, to) {
        (Limit::Included(from), Limit::Included(to)) => from > to,
        (Limit::Unbounded, _) | (_, Limit::Unbounded) => false,
        (
            Limit::Included(from) | Limit::Excluded(from),
            Limit::Included(to) | Limit::Excluded(to),
        ) => from >= to,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    From,
    To,
}

/// `None` if one cannot be read.
fn ends<T>(
    from: &Bound,
    to: &Bound,
    read: impl Fn(&str, bool, End) -> Option<Limit<T>>,
) -> Option<(Limit<T>, Limit<T>)> {
    let limit = |bound: &Bound, end| match bound {
        Bound::Open => Some(Limit::Unbounded),
        Bound::Included(text) => read(text, true, end),
        Bound::Excluded(text) => read(text, false, end),
    };
    limit(from, End::From).zip(limit(to, End::To))
}

fn closed<T>(value: T, included: bool) -> Limit<T> {
    if included { Limit::Included(value) } else { Limit::Excluded(value) }
}

/// A year stands for all of it: what is after 2020 begins with 2021, and what is until 2020 ends there.
fn date(text: &str, included: bool, end: End) -> Option<Limit<i64>> {
    let (start, stop) = date_span(text)?;
    let (start, stop) = (start.as_microsecond(), stop.as_microsecond());
    Some(match (end, included) {
        (End::From, true) => Limit::Included(start),
        (End::To, false) => Limit::Excluded(start),
        (End::From, false) if start == stop => Limit::Excluded(start),
        (End::To, true) if start == stop => Limit::Included(start),
        (End::From, false) => Limit::Included(stop),
        (End::To, true) => Limit::Excluded(stop),
    })
}

/// A fraction lies between two whole numbers.
fn long(text: &str, included: bool, end: End) -> Option<Limit<i64>> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(closed(number, included));
    }
    let fraction: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "out of range becomes the last number there is"
    )]
    let below = fraction.floor() as i64;
    Some(match end {
        _ if fraction.fract() == 0.0 && fraction.abs() < 9e18 => closed(below, included),
        End::From => Limit::Excluded(below),
        End::To => Limit::Included(below),
    })
}

/// No value is beyond the infinite.
fn double(text: &str, included: bool, end: End) -> Option<Limit<f64>> {
    let number: f64 = text.trim().parse().ok()?;
    match (number, end) {
        (f64::NEG_INFINITY, End::From) | (f64::INFINITY, End::To) => Some(Limit::Unbounded),
        (number, _) => number.is_finite().then_some(closed(number, included)),
    }
}
