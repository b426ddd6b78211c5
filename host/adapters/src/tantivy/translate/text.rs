//! Words and phrases.

use tantivy::Term;
use tantivy::query::{BooleanQuery, EmptyQuery, PhraseQuery};

use super::{Boxed, exact};
use crate::search::words::split;
use crate::tantivy::schema::Slot;

/// All words of the text.
pub(super) fn words(slot: &Slot, text: &str) -> Boxed {
    let terms = split(text).into_iter().map(|(_, word)| Term::from_field_text(slot.field, &word));
    let mut queries: Vec<Boxed> = terms.map(exact).collect();
    if queries.len() == 1 {
        queries.remove(0)
    } else {
        Box::new(BooleanQuery::intersection(queries))
    }
}

/// The same in their order.
pub(super) fn phrase(slot: &Slot, text: &str, moves: u32) -> Boxed {
    let mut terms: Vec<_> = split(text)
        .into_iter()
        .map(|(position, word)| (position, Term::from_field_text(slot.field, &word)))
        .collect();
    match terms.len() {
        0 => Box::new(EmptyQuery),
        1 => exact(terms.remove(0).1),
        _ => Box::new(PhraseQuery::new_with_offset_and_slop(terms, moves)),
    }
}
