//! How text becomes words: runs of letters and digits in lower case, folded to ASCII.
//!
//! tantivy runs this code; what OpenSearch is told to do instead is in `opensearch/layout`, and a
//! test compares the two.
//!
//! Scripts that do not part words are taken a character at a time, as OpenSearch's standard
//! analyser does; phrases find what belongs together.

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RawTokenizer, RemoveLongFilter, TextAnalyzer, Token,
    TokenStream, Tokenizer, TokenizerManager,
};

/// Name of the analyser in the schema of every index: a change of what it does needs another name.
pub(crate) const NAME: &str = "repono_2";

/// What a word may not be longer than, in bytes.
const LONGEST: usize = 256;

/// The analysers that an index is opened with.
pub(crate) fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(NAME, analyser());
    tokenizers
}

fn analyser() -> TextAnalyzer {
    TextAnalyzer::builder(Splitter::default())
        .filter(RemoveLongFilter::limit(LONGEST))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

/// The words of a text and where each stands.
pub(crate) fn split(text: &str) -> Vec<(usize, String)> {
    collect(analyser(), text)
}

/// Whether there is a word in it.
pub(crate) fn any(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric) && !split(text).is_empty()
}

/// The text up to the end of its word number `most`.
pub(crate) fn first(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let mut analyser = analyser();
    let mut stream = analyser.token_stream(text);
    let mut end = text.len();
    for _ in 0..most {
        if !stream.advance() {
            return text;
        }
        end = stream.token().offset_to;
    }
    &text[..end]
}

/// A piece of a word as it would stand in the index.
pub(crate) fn fold(piece: &str) -> String {
    let folder = TextAnalyzer::builder(RawTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build();
    let bare = piece.chars().filter(|character| !is_accent(*character)).map(plain);
    let bare: String = bare.collect();
    collect(folder, &bare).into_iter().map(|(_, word)| word).collect()
}

fn collect(mut analyser: TextAnalyzer, text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    let mut stream = analyser.token_stream(text);
    while let Some(token) = stream.next() {
        words.push((token.position, token.text.clone()));
    }
    words
}

#[derive(Clone, Default)]
struct Splitter {
    token: Token,
}

struct Split<'a> {
    text: &'a str,
    at: usize,
    token: &'a mut Token,
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Split<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Split<'a> {
        self.token.reset();
        Split { text, at: 0, token: &mut self.token }
    }
}

impl TokenStream for Split<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        self.token.position = self.token.position.wrapping_add(1);
        for (offset, character) in self.text[self.at..].char_indices() {
            let (start, end) = (self.at + offset, self.at + offset + character.len_utf8());
            let begun = !self.token.text.is_empty();
            if is_accent(character) {
                if begun {
                    self.token.offset_to = end;
                }
            } else if begun && (!character.is_alphanumeric() || stands_alone(character)) {
                self.at = start;
                return true;
            } else if character.is_alphanumeric() {
                if !begun {
                    self.token.offset_from = start;
                }
                self.token.text.push(plain(character));
                self.token.offset_to = end;
                if stands_alone(character) {
                    self.at = end;
                    return true;
                }
            }
        }
        self.at = self.text.len();
        !self.token.text.is_empty()
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

/// A mark that is written over the letter before it: `é` may be two characters.
fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// The letter without an accent that lower case would take off and leave behind it.
fn plain(character: char) -> char {
    if character == 'İ' { 'I' } else { character }
}

/// Han and Hiragana.
fn stands_alone(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{309f}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_without_their_accents() {
        for (text, expected) in [
            ("Le Café, DNA-seq 2.0!", "le cafe dna seq 2 0"),
            ("Zu\u{308}rich e\u{301}tude", "zurich etude"),
            ("漢字とカナ kana", "漢 字 と カナ kana"),
            ("Москва", "москва"),
            ("İstanbul \u{345}a", "istanbul a"),
            ("\u{301} -- ", ""),
        ] {
            let words: Vec<_> = split(text).into_iter().map(|(_, word)| word).collect();
            assert_eq!(words.join(" "), expected);
        }
        assert_eq!(
            split("a b").into_iter().map(|(position, _)| position).collect::<Vec<_>>(),
            [0, 1]
        );
        assert_eq!(fold("CAFE\u{301}"), "cafe");
        assert_eq!(first("un, deux, trois", 2), "un, deux");
        assert_eq!(first("un", 2), "un");
        assert!(any("- a") && !any("\u{301} -- "));
    }
}
