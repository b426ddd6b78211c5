//! What a search asks, free of any search engine's language.

mod parser;

use jiff::Timestamp;

pub use parser::{Parsed, parse};

/// A query. Fields are paths of the index's definition, aliases resolved.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Query {
    /// Every document.
    #[default]
    All,
    /// No document.
    Nothing,
    /// All analysed words of `text`, each in any of the fields (weighted), best field first.
    Words {
        /// Paths and weights.
        fields: Vec<(String, f32)>,
        /// As typed.
        text: String,
    },
    /// These words in this order, in any of the fields.
    Phrase {
        /// Paths and weights.
        fields: Vec<(String, f32)>,
        /// As typed.
        text: String,
        /// Moves of words allowed.
        slop: u32,
    },
    /// The exact value: keyword, long, double, boolean or date.
    Term {
        /// Path.
        field: String,
        /// As typed.
        value: String,
    },
    /// `*` any characters, `?` one, `\` before either the character itself; against words of text
    /// fields, values of keyword fields.
    Wildcard {
        /// Paths and weights.
        fields: Vec<(String, f32)>,
        /// In lower case for text fields.
        pattern: String,
    },
    /// Words up to `distance` (1 or 2) edits away.
    Fuzzy {
        /// Paths and weights.
        fields: Vec<(String, f32)>,
        /// As typed.
        word: String,
        /// Edits.
        distance: u8,
    },
    /// Values between bounds, as typed.
    Range {
        /// Path.
        field: String,
        /// Lower bound.
        from: Bound,
        /// Upper bound.
        to: Bound,
    },
    /// Any value.
    Exists {
        /// Path.
        field: String,
    },
    /// Points in a box. West may be greater than east: the box crosses the 180th meridian.
    GeoBox {
        /// Path.
        field: String,
        /// Degrees.
        north: f64,
        /// Degrees.
        west: f64,
        /// Degrees.
        south: f64,
        /// Degrees.
        east: f64,
    },
    /// Points at most so far from a point, on a sphere.
    GeoDistance {
        /// Path.
        field: String,
        /// Degrees.
        lat: f64,
        /// Degrees.
        lon: f64,
        /// Metres.
        metres: f64,
    },
    /// All of `must` and, if `must` is empty, at least one of `should`; none of `must_not`. With
    /// neither `must` nor `should`, everything but `must_not`. A part whose text has no word in it
    /// asks nothing.
    Bool {
        /// Each must match.
        must: Vec<Query>,
        /// Each adds to the score.
        should: Vec<Query>,
        /// None may match.
        must_not: Vec<Query>,
    },
    /// Weighs a query.
    Boost(Box<Query>, f32),
}

/// An end of a range.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Bound {
    /// No end.
    #[default]
    Open,
    /// The value belongs to the range.
    Included(String),
    /// It does not.
    Excluded(String),
}

impl Query {
    /// All of these.
    pub fn all_of(queries: impl IntoIterator<Item = Query>) -> Self {
        let mut must: Vec<_> = queries.into_iter().filter(|query| *query != Query::All).collect();
        match must.len() {
            0 => Self::All,
            1 => must.remove(0),
            _ => Self::Bool { must, should: Vec::new(), must_not: Vec::new() },
        }
    }

    /// Any of these.
    pub fn any_of(queries: impl IntoIterator<Item = Query>) -> Self {
        let mut should: Vec<_> = queries.into_iter().collect();
        match should.len() {
            0 => Self::Nothing,
            1 => should.remove(0),
            _ => Self::Bool { must: Vec::new(), should, must_not: Vec::new() },
        }
    }

    /// The exact value.
    pub fn term(field: &str, value: impl std::fmt::Display) -> Self {
        Self::Term { field: field.to_owned(), value: value.to_string() }
    }
}

/// Reads a date as an index does: the moments at which it begins and at which it has ended.
///
/// Takes `YYYY`, `YYYY-MM`, `YYYY-MM-DD` and RFC 3339.
pub fn date_span(text: &str) -> Option<(Timestamp, Timestamp)> {
    use jiff::civil::Date;
    use jiff::{ToSpan as _, tz::TimeZone};

    let text = text.trim();
    if text.len() > 10 {
        let moment: Timestamp = text.parse().ok()?;
        return Some((moment, moment));
    }
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let month = parts.next().map(str::parse::<i8>).transpose().ok()?;
    let day = parts.next().map(str::parse::<i8>).transpose().ok()?;
    if parts.next().is_some() {
        return None;
    }
    let first = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?;
    let span = match (month, day) {
        (None, _) => 1.year(),
        (Some(_), None) => 1.month(),
        (Some(_), Some(_)) => 1.day(),
    };
    let start = first.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let end = first.checked_add(span).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some((start, end))
}
