//! Telling the scheme of an identifier that came without one.

use super::{Scheme, scheme, without};

type LooksRight = fn(&str) -> bool;

/// Schemes from the most telling form to the most common one, each with what a text must look like
/// besides being a valid identifier of it.
const ORDER: &[(&str, LooksRight)] = &[
    ("doi", any),
    ("ark", any),
    ("handle", names_handle),
    ("w3id", any),
    ("purl", any),
    ("lsid", any),
    ("urn", any),
    ("ads", any),
    ("arxiv", any),
    ("grid", any),
    ("rrid", any),
    ("cstr", any),
    ("wikidata", any),
    ("isbn", any),
    ("issn", any),
    ("orcid", any),
    ("isni", any),
    ("ean13", any),
    ("istc", any),
    ("gnd", any),
    ("ror", any),
    ("pmid", any),
    ("url", any),
    ("handle", any),
];

/// Finds the scheme, of those allowed, that a text most likely is of.
pub(crate) fn detect(text: &str, allowed: &[&str]) -> Option<&'static Scheme> {
    ORDER
        .iter()
        .filter(|(name, looks_right)| allowed.contains(name) && looks_right(text))
        .filter_map(|(name, _)| scheme(name))
        .find(|scheme| scheme.read(text).is_some())
}

fn any(_text: &str) -> bool {
    true
}

fn names_handle(text: &str) -> bool {
    without(text, super::doi::HANDLE_PREFIXES).len() < text.len()
}
