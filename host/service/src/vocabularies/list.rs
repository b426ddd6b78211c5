//! Reading vocabularies.

use serde_json::Value;

use crate::{Context, Error, Result};

/// A page of terms.
#[derive(Clone, Debug, PartialEq)]
pub struct TermPage {
    /// The terms, whole.
    pub terms: Vec<Value>,
    /// All that were found.
    pub total: usize,
}

/// Names of vocabularies and their numbers of terms.
pub fn list(ctx: &Context) -> Vec<(String, usize)> {
    let terms = ctx.terms.load();
    let names = terms.names().into_iter();
    names
        .map(|name| {
            (
                name.to_owned(),
                terms.vocabulary(name).map_or(0, |vocabulary| vocabulary.terms().len()),
            )
        })
        .collect()
}

/// One term.
pub fn read(ctx: &Context, vocabulary: &str, id: &str) -> Result<Value> {
    let terms = ctx.terms.load();
    let term = terms.get(vocabulary, id).cloned();
    term.ok_or_else(Error::unknown_pid)
}

/// Terms whose id, titles or name have words that begin as the words of `text` do, all of them.
pub fn search(
    ctx: &Context,
    vocabulary: &str,
    text: &str,
    tags: &[String],
    offset: usize,
    size: usize,
) -> Result<TermPage> {
    let terms = ctx.terms.load();
    let Some(vocabulary) = terms.vocabulary(vocabulary) else {
        return Err(Error::NotFound(format!("There is no vocabulary {vocabulary}.")));
    };
    let wanted: Vec<String> = words(text).collect();
    let found: Vec<&Value> = vocabulary
        .terms()
        .iter()
        .filter(|term| has_tags(term, tags) && matches(term, &wanted))
        .collect();
    let total = found.len();
    Ok(TermPage { terms: found.into_iter().skip(offset).take(size).cloned().collect(), total })
}

fn has_tags(term: &Value, tags: &[String]) -> bool {
    let has = |tag: &String| {
        term.get("tags")
            .and_then(Value::as_array)
            .is_some_and(|list| list.iter().any(|known| known == tag))
    };
    tags.iter().all(has)
}

fn matches(term: &Value, wanted: &[String]) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let titles =
        term.get("title").and_then(Value::as_object).into_iter().flat_map(|titles| titles.values());
    let texts = titles.chain(term.get("id")).chain(term.get("name")).chain(term.get("acronym"));
    let known: Vec<String> = texts.filter_map(Value::as_str).flat_map(words).collect();
    wanted.iter().all(|wanted| known.iter().any(|known| known.starts_with(wanted.as_str())))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}
