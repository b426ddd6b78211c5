//! Lucene's query syntax, as OpenSearch's `query_string` reads it.
//!
//! Terms, `"phrases"~2`, `field:value`, `field:(a OR b)`, `AND OR NOT && || ! + -`, groups, ranges
//! (`[a TO b]`, `{a TO b}`, `>=a`), `wild*car?s`, `_exists_:field`, `fuzzy~`, `boost^2` and `\`
//! before what would mean something. Words without an operator between them are alternatives, as
//! in OpenSearch and InvenioRDM; `AND` makes both its sides required, as in Lucene, where it does
//! not bind tighter than `OR`. A query of exclusions alone finds everything else.
//!
//! `grammar` reads text into a tree, `resolve` finds the fields. The grammar is written by hand:
//! the crate `tantivy-query-grammar` has no wildcards, fuzzy words or lists of words after a field,
//! and gives `AND` another meaning.
//!
//! Where Lucene is stricter than people are: a slash within a word is part of it (`10.5281/zenodo.1`
//! is a word), and a sign that stands alone (`genes - a review`) is punctuation.

mod grammar;
mod resolve;
mod scanner;
#[cfg(test)]
mod tests;

use super::Query;
use crate::ports::IndexDefinition;

/// Bytes that are read.
const LONGEST_TEXT: usize = 4_096;
/// Words of a text that is not read as a query.
const MOST_WORDS: usize = 256;
/// Groups within groups.
const DEEPEST: usize = 32;
/// Terms, phrases and ranges, each counted once for every field that a pattern of names stands for.
const MOST_CLAUSES: usize = 256;
/// Terms that are compared with all words of an index: wildcards and fuzzy ones.
const MOST_PATTERNS: usize = 16;
/// Of those, the ones that begin with a wildcard, for which no word can be skipped.
const MOST_LEADING: usize = 4;

/// Fields of these are the host's: they hold who may see what, and a query that could name them
/// would tell.
const HIDDEN: &[&str] = &["internal."];

/// A parsed query.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// What it asks.
    pub query: Query,
    /// Why it was read as plain words instead, if it was.
    pub fallback: Option<String>,
}

/// Reads what a person typed. Never fails: what is not Lucene syntax is read as plain words.
pub fn parse(text: &str, definition: &IndexDefinition) -> Parsed {
    if text.trim().is_empty() {
        return Parsed { query: Query::All, fallback: None };
    }
    let read = if text.len() > LONGEST_TEXT {
        Err(format!("longer than {LONGEST_TEXT} bytes"))
    } else {
        grammar::read(text).and_then(|node| resolve::resolve(&node, definition))
    };
    match read {
        Ok(query) => Parsed { query, fallback: None },
        Err(reason) => Parsed { query: words(text, definition), fallback: Some(reason) },
    }
}

/// Any of the words, as `InvenioRDM` reads what is not Lucene syntax.
fn words(text: &str, definition: &IndexDefinition) -> Query {
    let text = &text[..text.floor_char_boundary(LONGEST_TEXT)];
    let words = text.split(|character: char| !character.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).take(MOST_WORDS);
    let fields = &definition.default_fields;
    Query::any_of(words.map(|word| Query::Words { fields: fields.clone(), text: word.to_owned() }))
}
