//! Queries in the cluster's terms.
//!
//! **Invariant:** what a caller wrote stands in values only, never in the name of a field or of a
//! kind of query, and is never read by a parser of the cluster's.

use std::ops::Bound as Limit;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::layout::HAS;
use crate::search::EARTH_RADIUS_METRES;
use crate::search::asked::{Asked, Shape};
use crate::search::columns::Column;
use crate::search::limits::Limits;
use crate::search::pattern::Piece;
use crate::search::values::truth;

/// The cluster keeps points rounded to a centimetre: boxes and circles reach out for what was on
/// their rim.
const RIM_DEGREES: f64 = 1e-7;
const RIM_METRES: f64 = 0.02;

/// Moves of words that make a difference: no text is so long.
const MOST_MOVES: u32 = 1 << 24;

pub(super) fn said(asked: &Asked<'_>) -> Value {
    match asked {
        Asked::Everything => json!({ "match_all": {} }),
        Asked::Nothing => json!({ "match_none": {} }),
        Asked::Value(column, value) => on("term", column, json!({ "value": value })),
        Asked::Truth(column, value) => on("term", column, json!({ "value": truth(*value) })),
        Asked::Words(column, text) => {
            on("match", column, json!({ "query": text, "operator": "and" }))
        }
        Asked::Phrase(column, text, slop) => {
            on("match_phrase", column, json!({ "query": text, "slop": slop.min(&MOST_MOVES) }))
        }
        Asked::Pattern(column, pieces) => {
            on("wildcard", column, json!({ "value": pattern(pieces) }))
        }
        // Not by score: then only the words most like it would be looked for.
        Asked::Fuzzy(column, word, distance) => on(
            "fuzzy",
            column,
            json!({ "value": word, "fuzziness": distance, "rewrite": "constant_score" }),
        ),
        Asked::Range(column, limits) => on("range", column, range(limits)),
        Asked::Present(column) => {
            json!({ "constant_score": { "filter": { "term": { HAS: column.name } } } })
        }
        Asked::Place(column, shape) => place(column, *shape),
        Asked::Best(alternatives) => {
            let weighted = alternatives.iter().map(|(asked, weight)| boosted(asked, *weight));
            object([("dis_max", object([("queries", weighted.collect())]))])
        }
        Asked::Bool { must, should, must_not } => {
            let all = |queries: &[Asked<'_>]| queries.iter().map(said).collect::<Value>();
            let needed = u8::from(must.is_empty() && !should.is_empty());
            let clauses = object([
                ("must", all(must)),
                ("should", all(should)),
                ("must_not", all(must_not)),
                ("minimum_should_match", needed.into()),
            ]);
            object([("bool", clauses)])
        }
        Asked::Boost(asked, weight) => boosted(asked, *weight),
    }
}

/// `json!` would copy what is put into it, at every level once more.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn on(kind: &str, column: &Column, what: Value) -> Value {
    object([(kind, object([(column.name.as_str(), what)]))])
}

fn boosted(asked: &Asked<'_>, weight: f32) -> Value {
    if (weight - 1.0).abs() < f32::EPSILON {
        return said(asked);
    }
    // Clusters refuse weights below nothing.
    let weight = if weight.is_finite() { weight.max(0.0) } else { 0.0 };
    let clauses = object([("must", Value::Array(vec![said(asked)])), ("boost", weight.into())]);
    object([("bool", clauses)])
}

fn pattern(pieces: &[Piece]) -> String {
    let mut pattern = String::new();
    for piece in pieces {
        match piece {
            Piece::AnyCharacter => pattern.push('?'),
            Piece::AnyCharacters => pattern.push('*'),
            Piece::Text(text) => {
                for character in text.chars() {
                    if matches!(character, '*' | '?' | '\\') {
                        pattern.push('\\');
                    }
                    pattern.push(character);
                }
            }
        }
    }
    pattern
}

fn range(limits: &Limits) -> Value {
    match limits {
        Limits::Long(from, to) => between(from, to),
        Limits::Double(from, to) => between(from, to),
        Limits::Text(from, to) => between(from, to),
        Limits::Truth(from, to) => {
            let word = |limit: &Limit<bool>| limit.as_ref().map(|value| truth(*value));
            between(&word(from), &word(to))
        }
    }
}

fn between<T: Serialize>(from: &Limit<T>, to: &Limit<T>) -> Value {
    let mut range = Map::new();
    for (limit, included, excluded) in [(from, "gte", "gt"), (to, "lte", "lt")] {
        match limit {
            Limit::Unbounded => {}
            Limit::Included(value) => drop(range.insert(included.to_owned(), json!(value))),
            Limit::Excluded(value) => drop(range.insert(excluded.to_owned(), json!(value))),
        }
    }
    Value::Object(range)
}

fn place(column: &Column, shape: Shape) -> Value {
    let field = column.name.as_str();
    match shape {
        Shape::Circle { lat, lon, metres } => {
            let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
            if !on_earth || metres < 0.0 {
                return said(&Asked::Nothing);
            }
            let around_the_earth = std::f64::consts::TAU * EARTH_RADIUS_METRES;
            let distance = (metres + RIM_METRES).min(around_the_earth);
            let centre = json!({ "lat": lat, "lon": lon });
            json!({ "geo_distance": { "distance": format!("{distance}m"), field: centre } })
        }
        Shape::Box { north, west, south, east } if west <= east => {
            rectangle(field, [north, west, south, east])
        }
        Shape::Box { north, west, south, east } => {
            let parts = [
                rectangle(field, [north, west, south, 180.0]),
                rectangle(field, [north, -180.0, south, east]),
            ];
            json!({ "bool": { "should": parts, "minimum_should_match": 1 } })
        }
    }
}

/// What of a box lies on the earth.
fn rectangle(field: &str, [north, west, south, east]: [f64; 4]) -> Value {
    if north < south || north < -90.0 || south > 90.0 || west > 180.0 || east < -180.0 {
        return said(&Asked::Nothing);
    }
    let corners = json!({
        "top": (north + RIM_DEGREES).min(90.0),
        "left": (west - RIM_DEGREES).max(-180.0),
        "bottom": (south - RIM_DEGREES).max(-90.0),
        "right": (east + RIM_DEGREES).min(180.0),
    });
    json!({ "geo_bounding_box": { field: corners } })
}
