//! Queries in tantivy's terms.

mod geo;
mod text;
mod wildcard;

use std::ops::Bound as Limit;

use repono_service::query::Query;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery,
    FuzzyTermQuery, Occur, Query as Tantivy, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::schema::{Layout, Slot};
use crate::search::asked::{Asked, read};
use crate::search::limits::Limits;

type Boxed = Box<dyn Tantivy>;

/// What an index is asked.
pub(super) fn translate(layout: &Layout, query: &Query) -> Boxed {
    said(layout, &read(&layout.columns, query))
}

fn said(layout: &Layout, asked: &Asked<'_>) -> Boxed {
    match asked {
        Asked::Everything => Box::new(AllQuery),
        Asked::Nothing => Box::new(EmptyQuery),
        Asked::Value(column, value) => {
            exact(Term::from_field_text(layout.slot(column).field, value))
        }
        Asked::Truth(column, value) => {
            exact(Term::from_field_bool(layout.slot(column).field, *value))
        }
        Asked::Words(column, text) => text::words(layout.slot(column), text),
        Asked::Phrase(column, text, slop) => text::phrase(layout.slot(column), text, *slop),
        Asked::Pattern(column, pieces) => wildcard::query(layout.slot(column), pieces),
        Asked::Fuzzy(column, word, distance) => {
            let term = Term::from_field_text(layout.slot(column).field, word);
            Box::new(FuzzyTermQuery::new(term, *distance, true))
        }
        Asked::Range(column, limits) => range(layout.slot(column), limits),
        Asked::Present(column) => {
            let term = Term::from_field_text(layout.exists, &column.name);
            let present = TermQuery::new(term, IndexRecordOption::Basic);
            Box::new(ConstScoreQuery::new(Box::new(present), 1.0))
        }
        Asked::Place(column, shape) => geo::query(layout.slot(column), *shape),
        Asked::Best(alternatives) => {
            let weighted = |(asked, weight): &(Asked<'_>, f32)| -> Boxed {
                Box::new(BoostQuery::new(said(layout, asked), *weight))
            };
            Box::new(DisjunctionMaxQuery::new(alternatives.iter().map(weighted).collect()))
        }
        Asked::Bool { must, should, must_not } => clauses(layout, must, should, must_not),
        Asked::Boost(asked, weight) => Box::new(BoostQuery::new(said(layout, asked), *weight)),
    }
}

fn clauses(
    layout: &Layout,
    must: &[Asked<'_>],
    should: &[Asked<'_>],
    must_not: &[Asked<'_>],
) -> Boxed {
    let mut clauses = Vec::with_capacity(must.len() + should.len() + must_not.len() + 1);
    for (queries, occur) in
        [(must, Occur::Must), (should, Occur::Should), (must_not, Occur::MustNot)]
    {
        clauses.extend(queries.iter().map(|asked| (occur, said(layout, asked))));
    }
    if must.is_empty() && should.is_empty() {
        clauses.push((Occur::Must, unscored(Box::new(AllQuery))));
    }
    Box::new(BooleanQuery::new(clauses))
}

/// The query, adding nothing to a score.
pub(super) fn unscored(query: Boxed) -> Boxed {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn exact(term: Term) -> Boxed {
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

fn range(slot: &Slot, limits: &Limits) -> Boxed {
    match limits {
        Limits::Long(from, to) => between(slot.field, from, to, |f, &n| Term::from_field_i64(f, n)),
        Limits::Double(from, to) => {
            between(slot.field, from, to, |f, &n| Term::from_field_f64(f, n))
        }
        Limits::Truth(from, to) => {
            between(slot.field, from, to, |f, &n| Term::from_field_bool(f, n))
        }
        Limits::Text(from, to) => {
            between(slot.field, from, to, |f, text: &String| Term::from_field_text(f, text))
        }
    }
}

fn between<T>(
    field: Field,
    from: &Limit<T>,
    to: &Limit<T>,
    term: impl Fn(Field, &T) -> Term,
) -> Boxed {
    let limit = |limit: &Limit<T>| limit.as_ref().map(|value| term(field, value));
    Box::new(RangeQuery::new(limit(from), limit(to)))
}
