//! Words, phrases and what is like a word.

use std::ops::Bound as Limit;

use repono_service::ports::FieldKind;
use repono_service::query::Bound;
use tantivy::Term;
use tantivy::query::{EmptyQuery, FuzzyTermQuery, PhraseQuery, RangeQuery};

use super::{Boxed, all, any_field, best, exact, term, weighted};
use crate::tantivy::schema::{Layout, Slot};
use crate::tantivy::words::{fold, split};

/// Words of a text that are looked for.
const MOST_WORDS: usize = 512;

/// Each piece between blanks in any of the fields: its words in one text field, or as a whole value
/// in another.
pub(super) fn words(layout: &Layout, fields: &[(String, f32)], text: &str) -> Option<Boxed> {
    let pieces = text.split_whitespace().filter(|piece| !split(piece).is_empty()).take(MOST_WORDS);
    all(pieces.map(|piece| any_field(layout, fields, |slot| term(slot, piece))).collect())
}

/// All words of the text in one text field.
pub(super) fn words_of(slot: &Slot, text: &str) -> Option<Boxed> {
    all(split(text)
        .into_iter()
        .take(MOST_WORDS)
        .map(|(_, word)| exact(Term::from_field_text(slot.field, &word)))
        .collect())
}

pub(super) fn phrase(
    layout: &Layout,
    fields: &[(String, f32)],
    text: &str,
    slop: u32,
) -> Option<Boxed> {
    let mut words = split(text);
    words.truncate(MOST_WORDS);
    if words.is_empty()
        && fields
            .iter()
            .all(|(path, _)| layout.slot(path).is_none_or(|slot| slot.kind == FieldKind::Text))
    {
        return None;
    }
    let known = fields.iter().filter_map(|(path, weight)| Some((layout.slot(path)?, *weight)));
    let found = known.filter_map(|(slot, weight)| {
        let query = if slot.kind == FieldKind::Text {
            ordered(slot, &words, slop)
        } else {
            term(slot, text)
        };
        Some(weighted(query?, weight))
    });
    Some(best(found.collect()))
}

fn ordered(slot: &Slot, sequence: &[(usize, String)], moves: u32) -> Option<Boxed> {
    let mut terms: Vec<_> = sequence
        .iter()
        .map(|(position, word)| (*position, Term::from_field_text(slot.field, word)))
        .collect();
    match terms.len() {
        0 => None,
        1 => Some(exact(terms.remove(0).1)),
        _ => Some(Box::new(PhraseQuery::new_with_offset_and_slop(terms, moves))),
    }
}

pub(super) fn fuzzy(slot: &Slot, word: &str, distance: u8) -> Option<Boxed> {
    let word = match slot.kind {
        FieldKind::Text => fold(word),
        FieldKind::Keyword => word.to_owned(),
        _ => return None,
    };
    Some(Box::new(FuzzyTermQuery::new(
        Term::from_field_text(slot.field, &word),
        distance.min(2),
        true,
    )))
}

pub(super) fn between(slot: &Slot, from: &Bound, to: &Bound) -> Boxed {
    let limit = |bound: &Bound| {
        let term = |text: &str| {
            let text = if slot.kind == FieldKind::Text { fold(text) } else { text.to_owned() };
            Term::from_field_text(slot.field, &text)
        };
        match bound {
            Bound::Open => Limit::Unbounded,
            Bound::Included(text) => Limit::Included(term(text)),
            Bound::Excluded(text) => Limit::Excluded(term(text)),
        }
    };
    match (limit(from), limit(to)) {
        (Limit::Unbounded, Limit::Unbounded) => Box::new(EmptyQuery),
        (from, to) => Box::new(RangeQuery::new(from, to)),
    }
}
