//! Handles, and DOIs, which are handles too.

use super::{is_digits, is_word, without, without_web};

pub(super) const HANDLE_PREFIXES: &[&str] =
    &["hdl:", "https://hdl.handle.net/", "http://hdl.handle.net/", "hdl.handle.net/"];

/// `10.1234/foo`, also as `doi:…` and as a link to a resolver. The case is kept: it means nothing
/// to the resolver, and something to readers.
pub(super) fn doi(text: &str) -> Option<String> {
    let text = without(text, &["doi:"]);
    let text = without(without_web(text), &["dx.doi.org/", "doi.org/", "www.doi.org/"]);
    let (prefix, suffix) = text.split_once('/')?;
    let registrant = prefix.strip_prefix("10.")?;

    (registrant.split('.').all(is_digits) && is_word(suffix)).then(|| text.to_owned())
}

/// `10.13039/501100000780` or its number alone.
pub(super) fn crossref_funder(text: &str) -> Option<String> {
    match doi(text) {
        Some(doi) => doi.strip_prefix("10.13039/").is_some_and(is_digits).then_some(doi),
        None => is_digits(text).then(|| text.to_owned()),
    }
}

/// `2117/1234`, also as `hdl:…` and as a link to the resolver.
pub(super) fn handle(text: &str) -> Option<String> {
    let mut handle = text;
    loop {
        let shorter = without(handle, HANDLE_PREFIXES);
        if shorter.len() == handle.len() {
            break;
        }
        handle = shorter;
    }
    let (authority, name) = handle.split_once('/')?;
    let is_authority =
        authority.split('.').all(|segment| is_word(segment) && !segment.contains(':'));

    (is_authority && is_word(name)).then(|| handle.to_owned())
}
