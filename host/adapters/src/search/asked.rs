//! What a query asks of an index: its fields found, its values read, its text looked through.
//!
//! **Invariant:** what cannot be said to every engine in the same way is decided here.

use repono_service::ports::FieldKind;
use repono_service::query::{Bound, Query};

use super::columns::{Column, Columns};
use super::limits::{Between, Limits, between};
use super::pattern::{Piece, pieces};
use super::words;

/// Words of a text that are looked for.
const MOST_WORDS: usize = 512;

/// A query of an index's own columns.
#[derive(Debug)]
pub(crate) enum Asked<'a> {
    Everything,
    Nothing,
    /// This value of a keyword field.
    Value(&'a Column, &'a str),
    Truth(&'a Column, bool),
    /// All words of the text, of which there is at least one, in a text field.
    Words(&'a Column, &'a str),
    /// The same in their order, but for so many moves.
    Phrase(&'a Column, &'a str, u32),
    /// Words or values like this.
    Pattern(&'a Column, Vec<Piece>),
    /// A word or value at most so many edits away.
    Fuzzy(&'a Column, String, u8),
    Range(&'a Column, Limits),
    /// Any value.
    Present(&'a Column),
    Place(&'a Column, Shape),
    /// What matches any of them, by the best; with their weights.
    Best(Vec<(Asked<'a>, f32)>),
    /// As in [`Query::Bool`].
    Bool {
        must: Vec<Asked<'a>>,
        should: Vec<Asked<'a>>,
        must_not: Vec<Asked<'a>>,
    },
    Boost(Box<Asked<'a>>, f32),
}

/// Where points are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Where west is greater than east, across the 180th meridian.
    Box {
        north: f64,
        west: f64,
        south: f64,
        east: f64,
    },
    Circle {
        lat: f64,
        lon: f64,
        metres: f64,
    },
}

/// What an index is asked. A field that it does not have matches nothing.
pub(crate) fn read<'a>(columns: &'a Columns, query: &'a Query) -> Asked<'a> {
    meaning(columns, query).unwrap_or(Asked::Nothing)
}

/// `None` if nothing is asked: text without a word in it, which leaves the rest of a query as it is.
fn meaning<'a>(columns: &'a Columns, query: &'a Query) -> Option<Asked<'a>> {
    let on = |field: &str, asked: &dyn Fn(&'a Column) -> Option<Asked<'a>>| {
        columns.get(field).map_or(Some(Asked::Nothing), asked)
    };
    match query {
        Query::All => Some(Asked::Everything),
        Query::Nothing => Some(Asked::Nothing),
        Query::Words { fields, text } => all_pieces(columns, fields, text),
        Query::Phrase { fields, text, slop } => phrase(columns, fields, text, *slop),
        Query::Term { field, value } => on(field, &|column| term(column, value)),
        Query::Wildcard { fields, pattern } => {
            Some(any_field(columns, fields, |column| like(column, pattern)))
        }
        Query::Fuzzy { fields, word, distance } => {
            Some(any_field(columns, fields, |column| fuzzy(column, word, *distance)))
        }
        Query::Range { field, from, to } => on(field, &|column| Some(range(column, from, to))),
        Query::Exists { field } => on(field, &|column| Some(Asked::Present(column))),
        Query::GeoBox { field, north, west, south, east } => {
            let shape = Shape::Box { north: *north, west: *west, south: *south, east: *east };
            on(field, &|column| Some(place(column, shape)))
        }
        Query::GeoDistance { field, lat, lon, metres } => {
            let shape = Shape::Circle { lat: *lat, lon: *lon, metres: *metres };
            on(field, &|column| Some(place(column, shape)))
        }
        Query::Bool { must, should, must_not } => clauses(columns, must, should, must_not),
        Query::Boost(query, weight) => {
            Some(Asked::Boost(Box::new(meaning(columns, query)?), *weight))
        }
    }
}

fn clauses<'a>(
    columns: &'a Columns,
    must: &'a [Query],
    should: &'a [Query],
    must_not: &'a [Query],
) -> Option<Asked<'a>> {
    let asked = |queries: &'a [Query]| -> Vec<Asked<'a>> {
        queries.iter().filter_map(|query| meaning(columns, query)).collect()
    };
    let positive = !must.is_empty() || !should.is_empty();
    let (must, should) = (asked(must), asked(should));
    if positive && must.is_empty() && should.is_empty() {
        return None;
    }
    Some(Asked::Bool { must, should, must_not: asked(must_not) })
}

/// The best of the fields counts.
fn any_field<'a>(
    columns: &'a Columns,
    fields: &[(String, f32)],
    query: impl Fn(&'a Column) -> Option<Asked<'a>>,
) -> Asked<'a> {
    let known = fields.iter().filter_map(|(path, weight)| Some((columns.get(path)?, *weight)));
    let mut found: Vec<_> =
        known.filter_map(|(column, weight)| Some((query(column)?, weight))).collect();
    match found.len() {
        0 => Asked::Nothing,
        1 if (found[0].1 - 1.0).abs() < f32::EPSILON => found.remove(0).0,
        _ => Asked::Best(found),
    }
}

/// Each piece between blanks in any of the fields: its words in one text field, or as a whole value
/// in another.
fn all_pieces<'a>(
    columns: &'a Columns,
    fields: &[(String, f32)],
    text: &'a str,
) -> Option<Asked<'a>> {
    let pieces = text.split_whitespace().filter(|piece| words::any(piece)).take(MOST_WORDS);
    let mut must: Vec<_> =
        pieces.map(|piece| any_field(columns, fields, |column| term(column, piece))).collect();
    match must.len() {
        0 => None,
        1 => Some(must.remove(0)),
        _ => Some(Asked::Bool { must, should: Vec::new(), must_not: Vec::new() }),
    }
}

fn phrase<'a>(
    columns: &'a Columns,
    fields: &[(String, f32)],
    text: &'a str,
    slop: u32,
) -> Option<Asked<'a>> {
    let has_words = words::any(text);
    let only_words = |(path, _): &(String, f32)| {
        columns.get(path).is_none_or(|column| column.kind == FieldKind::Text)
    };
    if !has_words && fields.iter().all(only_words) {
        return None;
    }
    let sequence = words::first(text, MOST_WORDS);
    Some(any_field(columns, fields, |column| match column.kind {
        FieldKind::Text => has_words.then_some(Asked::Phrase(column, sequence, slop)),
        _ => term(column, text),
    }))
}

/// A value as it is; a value that the field cannot have matches nothing.
fn term<'a>(column: &'a Column, value: &'a str) -> Option<Asked<'a>> {
    Some(match column.kind {
        FieldKind::Text => {
            return words::any(value)
                .then(|| Asked::Words(column, words::first(value, MOST_WORDS)));
        }
        FieldKind::Keyword => Asked::Value(column, value),
        FieldKind::Boolean => {
            value.trim().parse().map_or(Asked::Nothing, |value| Asked::Truth(column, value))
        }
        FieldKind::Long | FieldKind::Double | FieldKind::Date => {
            let itself = Bound::Included(value.to_owned());
            limited(column, &itself, &itself)
        }
        FieldKind::GeoPoint => Asked::Nothing,
    })
}

fn range<'a>(column: &'a Column, from: &Bound, to: &Bound) -> Asked<'a> {
    match (from, to) {
        (Bound::Open, Bound::Open) => Asked::Present(column),
        _ => limited(column, from, to),
    }
}

fn limited<'a>(column: &'a Column, from: &Bound, to: &Bound) -> Asked<'a> {
    match between(column.kind, from, to) {
        Between::Nothing => Asked::Nothing,
        Between::Anything => Asked::Present(column),
        Between::Limits(limits) => Asked::Range(column, limits),
    }
}

fn like<'a>(column: &'a Column, pattern: &str) -> Option<Asked<'a>> {
    let pieces = match column.kind {
        FieldKind::Text => pieces(pattern, words::fold),
        FieldKind::Keyword => pieces(pattern, str::to_owned),
        _ => return None,
    };
    Some(pieces.map_or(Asked::Nothing, |pieces| Asked::Pattern(column, pieces)))
}

fn fuzzy<'a>(column: &'a Column, word: &str, distance: u8) -> Option<Asked<'a>> {
    let word = match column.kind {
        FieldKind::Text => words::fold(word),
        FieldKind::Keyword => word.to_owned(),
        _ => return None,
    };
    Some(Asked::Fuzzy(column, word, distance.min(2)))
}

fn place(column: &Column, shape: Shape) -> Asked<'_> {
    let numbers = match shape {
        Shape::Box { north, west, south, east } => [north, west, south, east],
        Shape::Circle { lat, lon, metres } => [lat, lon, metres, 0.0],
    };
    if column.kind == FieldKind::GeoPoint && numbers.iter().all(|number| number.is_finite()) {
        Asked::Place(column, shape)
    } else {
        Asked::Nothing
    }
}
