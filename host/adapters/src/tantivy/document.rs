//! What of a search document is indexed.

use std::collections::HashSet;
use std::hash::Hash;

use repono_service::ports::FieldKind;
use repono_service::query::date_span;
use serde_json::Value;
use tantivy::TantivyDocument;

use super::schema::{GONE, Layout, Slot};

/// What Lucene would refuse: an index shared with it must not hold more.
const LONGEST_KEYWORD: usize = 32_766;

/// A document as it is indexed.
pub(super) fn document(
    layout: &Layout,
    key: &str,
    version: u64,
    written: u64,
    body: Option<&Value>,
) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_text(layout.key, key);
    document.add_u64(layout.version, version);
    document.add_u64(layout.written, written);
    match body {
        Some(body) => add_values(&mut document, layout, body),
        None => document.add_text(layout.exists, GONE),
    }
    document
}

fn add_values(document: &mut TantivyDocument, layout: &Layout, body: &Value) {
    let mut values = Vec::new();
    for slot in layout.slots.values() {
        values.clear();
        walk(body, &slot.steps, &mut values);
        if add(document, slot, &values) {
            document.add_text(layout.exists, &slot.column);
        }
    }
}

/// Values at a dotted path; arrays on the way are entered, the last one is not.
fn walk<'a>(value: &'a Value, steps: &[String], found: &mut Vec<&'a Value>) {
    match (steps, value) {
        (_, Value::Null) => {}
        ([], value) => found.push(value),
        ([step, rest @ ..], Value::Object(members)) => {
            if let Some(member) = members.get(step) {
                walk(member, rest, found);
            }
        }
        (_, Value::Array(items)) => items.iter().for_each(|item| walk(item, steps, found)),
        _ => {}
    }
}

/// Each distinct value once, so that counting need not look for repetitions. Says whether there
/// was any.
fn add(document: &mut TantivyDocument, slot: &Slot, values: &[&Value]) -> bool {
    match slot.kind {
        FieldKind::Text => each(values, &text, |text| document.add_text(slot.field, text)),
        FieldKind::Keyword => each(values, &keyword, |text| document.add_text(slot.field, text)),
        FieldKind::Long => each(values, &long, |number| document.add_i64(slot.field, number)),
        FieldKind::Double => each(values, &|value| double(value).map(f64::to_bits), |bits| {
            document.add_f64(slot.field, f64::from_bits(bits));
        }),
        FieldKind::Boolean => each(values, &boolean, |value| document.add_bool(slot.field, value)),
        FieldKind::Date => each(values, &date, |moment| document.add_i64(slot.field, moment)),
        FieldKind::GeoPoint => {
            let mut points = Vec::new();
            for value in values {
                collect_points(value, &mut points);
            }
            for &(latitude, longitude) in &points {
                document.add_f64(slot.field, latitude);
                if let Some((field, _)) = slot.longitudes {
                    document.add_f64(field, longitude);
                }
            }
            !points.is_empty()
        }
    }
}

fn each<T: Eq + Hash + Clone>(
    values: &[&Value],
    read: &impl Fn(&Value) -> Option<T>,
    mut add: impl FnMut(T),
) -> bool {
    let mut seen: HashSet<T> = HashSet::new();
    let mut pending: Vec<&Value> = values.iter().rev().copied().collect();
    while let Some(value) = pending.pop() {
        if let Value::Array(items) = value {
            pending.extend(items.iter().rev());
        } else if let Some(value) = read(value)
            && seen.insert(value.clone())
        {
            add(value);
        }
    }
    !seen.is_empty()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn keyword(value: &Value) -> Option<String> {
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

/// Microseconds since 1970 at which it begins.
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
