//! Queries in tantivy's terms.

mod geo;
mod numbers;
mod text;
mod wildcard;

use repono_service::ports::FieldKind;
use repono_service::query::{Bound, Query};
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur,
    Query as Tantivy, TermQuery,
};
use tantivy::schema::IndexRecordOption;

use super::schema::{Layout, Slot};

type Boxed = Box<dyn Tantivy>;

/// What an index is asked. A field that it does not have matches nothing.
pub(super) fn translate(layout: &Layout, query: &Query) -> Boxed {
    meaning(layout, query).unwrap_or_else(|| Box::new(EmptyQuery))
}

/// `None` if nothing is asked: text without a word in it, which leaves the rest of a query as it is.
fn meaning(layout: &Layout, query: &Query) -> Option<Boxed> {
    Some(match query {
        Query::All => Box::new(AllQuery),
        Query::Nothing => Box::new(EmptyQuery),
        Query::Words { fields, text } => return text::words(layout, fields, text),
        Query::Phrase { fields, text, slop } => return text::phrase(layout, fields, text, *slop),
        Query::Term { field, value } => return on(layout, field, |slot| term(slot, value)),
        Query::Wildcard { fields, pattern } => {
            any_field(layout, fields, |slot| wildcard::query(slot, pattern))
        }
        Query::Fuzzy { fields, word, distance } => {
            any_field(layout, fields, |slot| text::fuzzy(slot, word, *distance))
        }
        Query::Range { field, from, to } => {
            return on(layout, field, |slot| Some(range(layout, slot, from, to)));
        }
        Query::Exists { field } => return on(layout, field, |slot| Some(exists(layout, slot))),
        Query::GeoBox { field, north, west, south, east } => {
            let shape = geo::Shape::Box { north: *north, west: *west, south: *south, east: *east };
            return on(layout, field, |slot| Some(geo::query(slot, shape)));
        }
        Query::GeoDistance { field, lat, lon, metres } => {
            let shape = geo::Shape::Circle { lat: *lat, lon: *lon, metres: *metres };
            return on(layout, field, |slot| Some(geo::query(slot, shape)));
        }
        Query::Bool { must, should, must_not } => return clauses(layout, must, should, must_not),
        Query::Boost(query, weight) => Box::new(BoostQuery::new(meaning(layout, query)?, *weight)),
    })
}

fn clauses(layout: &Layout, must: &[Query], should: &[Query], must_not: &[Query]) -> Option<Boxed> {
    let asked = |queries: &[Query], occur: Occur| -> Vec<(Occur, Boxed)> {
        queries.iter().filter_map(|query| Some((occur, meaning(layout, query)?))).collect()
    };
    let mut clauses = asked(must, Occur::Must);
    clauses.extend(asked(should, Occur::Should));
    if clauses.is_empty() {
        if !must.is_empty() || !should.is_empty() {
            return None;
        }
        clauses.push((Occur::Must, unscored(Box::new(AllQuery))));
    }
    clauses.extend(asked(must_not, Occur::MustNot));
    Some(Box::new(BooleanQuery::new(clauses)))
}

/// The query, adding nothing to a score.
pub(super) fn unscored(query: Boxed) -> Boxed {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn on(layout: &Layout, field: &str, query: impl FnOnce(&Slot) -> Option<Boxed>) -> Option<Boxed> {
    match layout.slot(field) {
        Some(slot) => query(slot),
        None => Some(Box::new(EmptyQuery)),
    }
}

/// The best of the fields counts.
fn any_field(
    layout: &Layout,
    fields: &[(String, f32)],
    query: impl Fn(&Slot) -> Option<Boxed>,
) -> Boxed {
    let known = fields.iter().filter_map(|(path, weight)| Some((layout.slot(path)?, *weight)));
    let found = known.filter_map(|(slot, weight)| Some(weighted(query(slot)?, weight)));
    best(found.collect())
}

fn weighted(query: Boxed, weight: f32) -> Boxed {
    if (weight - 1.0).abs() < f32::EPSILON {
        query
    } else {
        Box::new(BoostQuery::new(query, weight))
    }
}

fn best(mut queries: Vec<Boxed>) -> Boxed {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(DisjunctionMaxQuery::new(queries)),
    }
}

fn all(mut queries: Vec<Boxed>) -> Option<Boxed> {
    match queries.len() {
        0 => None,
        1 => Some(queries.remove(0)),
        _ => Some(Box::new(BooleanQuery::intersection(queries))),
    }
}

fn exact(term: Term) -> Boxed {
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

/// A value as it is; a value that the field cannot have matches nothing.
fn term(slot: &Slot, value: &str) -> Option<Boxed> {
    match slot.kind {
        FieldKind::Text => text::words_of(slot, value),
        FieldKind::Keyword => Some(exact(Term::from_field_text(slot.field, value))),
        FieldKind::Long | FieldKind::Double | FieldKind::Boolean | FieldKind::Date => {
            Some(numbers::equal(slot, value))
        }
        FieldKind::GeoPoint => Some(Box::new(EmptyQuery)),
    }
}

fn range(layout: &Layout, slot: &Slot, from: &Bound, to: &Bound) -> Boxed {
    if (from, to) == (&Bound::Open, &Bound::Open) {
        return exists(layout, slot);
    }
    match slot.kind {
        FieldKind::Text | FieldKind::Keyword => text::between(slot, from, to),
        FieldKind::Long | FieldKind::Double | FieldKind::Boolean | FieldKind::Date => {
            numbers::between(slot, from, to)
        }
        FieldKind::GeoPoint => Box::new(EmptyQuery),
    }
}

fn exists(layout: &Layout, slot: &Slot) -> Boxed {
    let term = Term::from_field_text(layout.exists, &slot.column);
    Box::new(ConstScoreQuery::new(Box::new(TermQuery::new(term, IndexRecordOption::Basic)), 1.0))
}
