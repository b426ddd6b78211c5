//! Numbers, dates and truth: values that have an order of their own.

use std::ops::Bound as Limit;

use repono_service::ports::FieldKind;
use repono_service::query::{Bound, date_span};
use tantivy::Term;
use tantivy::query::{EmptyQuery, RangeQuery};

use super::{Boxed, exact};
use crate::tantivy::schema::Slot;

pub(super) fn equal(slot: &Slot, value: &str) -> Boxed {
    if slot.kind == FieldKind::Boolean {
        let term =
            value.trim().parse().map(|value| exact(Term::from_field_bool(slot.field, value)));
        return term.unwrap_or_else(|_| Box::new(EmptyQuery));
    }
    let itself = Bound::Included(value.to_owned());
    between(slot, &itself, &itself)
}

/// A bound that cannot be read matches nothing.
pub(super) fn between(slot: &Slot, from: &Bound, to: &Bound) -> Boxed {
    match (limit(slot, from, End::From), limit(slot, to, End::To)) {
        (Some(Limit::Unbounded), Some(Limit::Unbounded)) | (None, _) | (_, None) => {
            Box::new(EmptyQuery)
        }
        (Some(from), Some(to)) => Box::new(RangeQuery::new(from, to)),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    From,
    To,
}

fn limit(slot: &Slot, bound: &Bound, end: End) -> Option<Limit<Term>> {
    let (text, included) = match bound {
        Bound::Open => return Some(Limit::Unbounded),
        Bound::Included(text) => (text.trim(), true),
        Bound::Excluded(text) => (text.trim(), false),
    };
    match slot.kind {
        FieldKind::Date => date(text, included, end)
            .map(|limit| limit.map(|moment| Term::from_field_i64(slot.field, moment))),
        FieldKind::Long => long(text, included, end)
            .map(|limit| limit.map(|number| Term::from_field_i64(slot.field, number))),
        FieldKind::Double => {
            Some(closed(Term::from_field_f64(slot.field, text.parse().ok()?), included))
        }
        FieldKind::Boolean => {
            Some(closed(Term::from_field_bool(slot.field, text.parse().ok()?), included))
        }
        _ => None,
    }
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
        End::From => Limit::Excluded(below),
        End::To => Limit::Included(below),
    })
}
