//! `*` and `?`.

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As it stands in the index.
    Text(String),
    AnyCharacter,
    AnyCharacters,
}

/// Bytes and wildcards that a pattern may have: tantivy's automaton has a bit for each and one more.
const LONGEST: usize = 127;

/// `\` stands before a character that means itself. `None` if it is too long to be looked for.
pub(crate) fn pieces(pattern: &str, fold: impl Fn(&str) -> String) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut length = 0;
    let mut end_text = |text: &mut String, pieces: &mut Vec<Piece>| {
        let folded = fold(&std::mem::take(text));
        if !folded.is_empty() {
            length += folded.len();
            pieces.push(Piece::Text(folded));
        }
    };
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let wildcard = match character {
            '*' => Piece::AnyCharacters,
            '?' => Piece::AnyCharacter,
            '\\' => {
                text.extend(characters.next());
                continue;
            }
            other => {
                text.push(other);
                continue;
            }
        };
        end_text(&mut text, &mut pieces);
        if wildcard == Piece::AnyCharacter || pieces.last() != Some(&Piece::AnyCharacters) {
            pieces.push(wildcard);
        }
    }
    end_text(&mut text, &mut pieces);
    let wildcards = pieces.iter().filter(|piece| !matches!(piece, Piece::Text(_))).count();
    (length + wildcards <= LONGEST).then_some(pieces)
}
