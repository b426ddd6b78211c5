//! Cutting bytes into lines.

use std::collections::VecDeque;

/// A line with its number, from 1. Empty ones are counted and passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub number: u64,
    pub text: Text,
}

/// What a line says, without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Whole(Vec<u8>),
    /// Longer than allowed; what it said has been let go.
    TooLong,
}

/// Takes bytes in pieces of any size. Never holds more than one line of the allowed length, besides
/// the lines that wait to be taken.
pub(super) struct Splitter {
    most: usize,
    /// Of the line that has not ended yet.
    begun: Vec<u8>,
    too_long: bool,
    number: u64,
    lines: VecDeque<Line>,
}

impl Splitter {
    /// Lines of at most `most` bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { most, begun: Vec::new(), too_long: false, number: 1, lines: VecDeque::new() }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let mut pieces = bytes.split(|byte| *byte == b'\n');
        if let Some(first) = pieces.next() {
            self.extend(first);
        }
        for piece in pieces {
            self.end();
            self.extend(piece);
        }
    }

    /// The last line need not have an end.
    pub(super) fn finish(&mut self) {
        self.end();
    }

    pub(super) fn pop(&mut self) -> Option<Line> {
        self.lines.pop_front()
    }

    fn extend(&mut self, piece: &[u8]) {
        // One more for a carriage return, which is not part of the line.
        if self.too_long || self.begun.len() + piece.len() > self.most + 1 {
            self.too_long = true;
            self.begun = Vec::new();
        } else {
            self.begun.extend(piece);
        }
    }

    fn end(&mut self) {
        let mut text = std::mem::take(&mut self.begun);
        if text.last() == Some(&b'\r') {
            text.pop();
        }
        if self.number == 1 && text.starts_with(b"\xef\xbb\xbf") {
            text.drain(..3);
        }
        let too_long = std::mem::take(&mut self.too_long) || text.len() > self.most;
        let number = self.number;
        self.number += 1;
        if too_long {
            self.lines.push_back(Line { number, text: Text::TooLong });
        } else if !text.trim_ascii().is_empty() {
            self.lines.push_back(Line { number, text: Text::Whole(text) });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(most: usize, chunks: &[&[u8]]) -> Vec<Line> {
        let mut splitter = Splitter::new(most);
        for chunk in chunks {
            splitter.push(chunk);
        }
        splitter.finish();
        std::iter::from_fn(|| splitter.pop()).collect()
    }

    fn whole(number: u64, text: &[u8]) -> Line {
        Line { number, text: Text::Whole(text.to_vec()) }
    }

    #[test]
    fn lines_end_in_any_way_and_empty_ones_are_only_counted() {
        assert_eq!(
            lines(10, &[b"\xef\xbb\xbfa\r\n\n  \nb\nc"]),
            [whole(1, b"a"), whole(4, b"b"), whole(5, b"c")]
        );
        assert_eq!(lines(10, &[]), []);
    }

    #[test]
    fn a_line_that_is_too_long_costs_only_itself() {
        let too_long = Line { number: 2, text: Text::TooLong };

        assert_eq!(
            lines(3, &[b"abc\r\nab", b"cd", b"efgh\nxyz\n"]),
            [whole(1, b"abc"), too_long, whole(3, b"xyz")]
        );
    }

    proptest! {
        #[test]
        fn however_bytes_are_cut_the_lines_are_the_same(
            text in "[ab\r\n ]{0,60}",
            cuts in prop::collection::vec(0..60_usize, 0..8),
            most in 1..12_usize,
        ) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.sort_unstable();
            let mut chunks = Vec::new();
            let mut from = 0;
            for cut in cuts {
                chunks.push(&bytes[from..cut]);
                from = cut;
            }
            chunks.push(&bytes[from..]);

            prop_assert_eq!(lines(most, &chunks), lines(most, &[bytes]));
        }
    }
}
