//! What of a search document is indexed.
//!
//! A value that does not fit its field is passed over; the others of its document are indexed.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::Hash;

use repono_service::ports::FieldKind;
use repono_service::query::date_span;
use serde_json::Value;

/// What Lucene would refuse: an index shared with it must not hold more.
const LONGEST_KEYWORD: usize = 32_766;

/// So many values are compared with one another.
const FEW: usize = 16;

/// The values of one field in one document, each once.
pub(crate) enum Values<'a> {
    Texts(Vec<Cow<'a, str>>),
    Longs(Vec<i64>),
    Doubles(Vec<f64>),
    Truths(Vec<bool>),
    /// Microseconds since 1970 at which they begin.
    Dates(Vec<i64>),
    /// Latitudes and longitudes.
    Points(Vec<(f64, f64)>),
}

impl<'a> Values<'a> {
    /// Those of what was found at a column's path that fit its kind.
    pub(super) fn of(kind: FieldKind, found: &[&'a Value]) -> Self {
        match kind {
            FieldKind::Text => Self::Texts(distinct(found, text)),
            FieldKind::Keyword => Self::Texts(distinct(found, keyword)),
            FieldKind::Long => Self::Longs(distinct(found, long)),
            FieldKind::Double => {
                let bits = distinct(found, |value| double(value).map(f64::to_bits));
                Self::Doubles(bits.into_iter().map(f64::from_bits).collect())
            }
            FieldKind::Boolean => Self::Truths(distinct(found, boolean)),
            FieldKind::Date => Self::Dates(distinct(found, date)),
            FieldKind::GeoPoint => {
                let mut points = Vec::new();
                for value in found {
                    collect_points(value, &mut points);
                }
                Self::Points(points)
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Texts(values) => values.is_empty(),
            Self::Longs(values) | Self::Dates(values) => values.is_empty(),
            Self::Doubles(values) => values.is_empty(),
            Self::Truths(values) => values.is_empty(),
            Self::Points(values) => values.is_empty(),
        }
    }
}

/// Each once, so that counting need not look for repetitions.
fn distinct<'a, T: Eq + Hash + Clone>(
    values: &[&'a Value],
    read: impl Fn(&'a Value) -> Option<T>,
) -> Vec<T> {
    let mut kept = Vec::new();
    // Of the few values that fields mostly have, none need be hashed.
    let mut seen = HashSet::new();
    let mut pending: Vec<&Value> = values.iter().rev().copied().collect();
    while let Some(value) = pending.pop() {
        if let Value::Array(items) = value {
            pending.extend(items.iter().rev());
            continue;
        }
        let Some(value) = read(value) else { continue };
        if kept.len() == FEW && seen.is_empty() {
            seen.extend(kept.iter().cloned());
        }
        let is_new =
            if kept.len() < FEW { !kept.contains(&value) } else { seen.insert(value.clone()) };
        if is_new {
            kept.push(value);
        }
    }
    kept
}

fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(value) => Some(Cow::Borrowed(truth(*value))),
        _ => None,
    }
}

/// As it is written.
pub(crate) fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn keyword(value: &Value) -> Option<Cow<'_, str>> {
    text(value).filter(|text| text.len() <= LONGEST_KEYWORD)
}

fn long(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn double(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn date(value: &Value) -> Option<i64> {
    date_span(value.as_str()?).map(|(start, _)| start.as_microsecond())
}

fn collect_points(value: &Value, points: &mut Vec<(f64, f64)>) {
    let pair = match value {
        Value::Object(members) => {
            members.get("lat").and_then(double).zip(members.get("lon").and_then(double))
        }
        Value::Array(items) => match items.as_slice() {
            [longitude, latitude] if longitude.is_number() => {
                double(latitude).zip(double(longitude))
            }
            items => return items.iter().for_each(|item| collect_points(item, points)),
        },
        _ => None,
    };
    points.extend(pair.filter(|(latitude, longitude)| {
        (-90.0..=90.0).contains(latitude) && (-180.0..=180.0).contains(longitude)
    }));
}
