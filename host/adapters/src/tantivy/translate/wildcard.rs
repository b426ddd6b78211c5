//! `*` and `?`, as an automaton over the bytes of the words of an index.
//!
//! It follows all ways through the pattern at once, one bit each: a pattern costs its length per
//! byte of a word. A regular expression of many stars would be compiled into an automaton of
//! exponential size.

use std::sync::Arc;

use tantivy::query::{AutomatonWeight, EnableScoring, Query, Weight};
use tantivy::schema::Field;
use tantivy_fst::Automaton;

use super::Boxed;
use crate::search::pattern::Piece;
use crate::tantivy::schema::Slot;

pub(super) fn query(slot: &Slot, pieces: &[Piece]) -> Boxed {
    Box::new(Wildcard { field: slot.field, pattern: Arc::new(Pattern::new(pieces)) })
}

#[derive(Clone, Debug)]
struct Wildcard {
    field: Field,
    pattern: Arc<Pattern>,
}

impl Query for Wildcard {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(AutomatonWeight::<Pattern>::new(self.field, Arc::clone(&self.pattern))))
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Byte(u8),
    AnyCharacter,
    AnyCharacters,
}

/// At most 127 steps, so that a set of places in it is a number.
#[derive(Debug)]
struct Pattern(Vec<Step>);

impl Pattern {
    fn new(pieces: &[Piece]) -> Self {
        let mut steps = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => steps.extend(text.bytes().map(Step::Byte)),
                Piece::AnyCharacter => steps.push(Step::AnyCharacter),
                Piece::AnyCharacters => steps.push(Step::AnyCharacters),
            }
        }
        Self(steps)
    }

    /// Adds the places behind stars, which may stand for nothing.
    fn settle(&self, mut places: u128) -> u128 {
        for (place, step) in self.0.iter().enumerate() {
            if *step == Step::AnyCharacters && places & (1 << place) != 0 {
                places |= 1 << (place + 1);
            }
        }
        places
    }
}

impl Automaton for Pattern {
    /// Set of places in the pattern.
    type State = u128;

    fn start(&self) -> u128 {
        self.settle(1)
    }

    fn is_match(&self, places: &u128) -> bool {
        places & (1 << self.0.len()) != 0
    }

    fn can_match(&self, places: &u128) -> bool {
        *places != 0
    }

    fn accept(&self, places: &u128, byte: u8) -> u128 {
        let continues = byte & 0b1100_0000 == 0b1000_0000;
        let mut next = 0;
        for place in 0..=self.0.len() {
            if places & (1 << place) == 0 {
                continue;
            }
            // The bytes that follow the first of a character that `?` stands for.
            if continues && place > 0 && self.0[place - 1] == Step::AnyCharacter {
                next |= 1 << place;
            }
            match self.0.get(place) {
                Some(Step::Byte(expected)) if *expected == byte => next |= 1 << (place + 1),
                Some(Step::AnyCharacter) if !continues => next |= 1 << (place + 1),
                Some(Step::AnyCharacters) => next |= 1 << place,
                _ => {}
            }
        }
        self.settle(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::pattern::pieces;

    fn matches(pattern: &str, word: &str) -> bool {
        let pattern = Pattern::new(&pieces(pattern, str::to_owned).unwrap());
        let end = word.bytes().fold(pattern.start(), |places, byte| pattern.accept(&places, byte));
        pattern.is_match(&end)
    }

    #[test]
    fn stars_stand_for_any_characters_and_question_marks_for_one() {
        for (pattern, word, expected) in [
            ("climat*", "climate", true),
            ("climat*", "climat", true),
            ("climat*", "clima", false),
            ("*mat*", "climate", true),
            ("?limate", "climate", true),
            ("?limate", "limate", false),
            ("caf?", "café", true),
            ("?", "漢", true),
            ("??", "漢", false),
            ("*?", "漢", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("*", "", true),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
        ] {
            assert_eq!(matches(pattern, word), expected, "{pattern} {word}");
        }
    }

    #[test]
    fn many_stars_are_no_more_work_than_their_number() {
        let pattern = "*a".repeat(60);

        assert!(matches(&pattern, &"a".repeat(10_000)));
        assert!(!matches(&pattern, &"b".repeat(10_000)));
    }
}
