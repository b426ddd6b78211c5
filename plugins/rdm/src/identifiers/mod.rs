//! Persistent identifiers: which there are, how each is written, and which one a text is.
//!
//! A scheme is a reader: it takes what a person pasted and answers the identifier's normal form, or
//! nothing if it is none.
//!
//! **Invariant:** what a reader answers, it reads as itself.
//!
//! # Adding a scheme
//!
//! 1. Its reader, in the module it is most like.
//! 2. Its line in [`SCHEMES`], and in `ORDER` of [`detect`](mod@detect) if it can be told from a text alone.
//! 3. Its name in the list of schemes in `schema.json`.

mod accessions;
mod archives;
mod checksums;
mod detect;
mod doi;
mod names;
mod numbers;
mod persons;
mod urls;

#[cfg(test)]
mod tests;

pub(crate) use detect::detect;
pub(crate) use urls::is_web_address;

/// A way to identify something.
pub(crate) struct Scheme {
    /// As records name it.
    pub(crate) name: &'static str,
    /// As people call it.
    pub(crate) label: &'static str,
    /// As DataCite's records name it; most of its lists are open.
    pub(crate) datacite: &'static str,
    read: fn(&str) -> Option<String>,
}

impl Scheme {
    /// The normal form of an identifier, if it is one of this scheme.
    pub(crate) fn read(&self, text: &str) -> Option<String> {
        (self.read)(text)
    }
}

/// Finds a scheme by name.
pub(crate) fn scheme(name: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|scheme| scheme.name == name)
}

/// Schemes of people and organisations. Which is whose is not checked: people mix them up, and
/// the identifier tells.
pub(crate) const PERSONS: &[&str] = &["orcid", "isni", "gnd", "ror"];

/// Schemes of organisations that people belong to.
pub(crate) const AFFILIATIONS: &[&str] = &["ror", "isni", "grid", "gnd"];

/// Schemes of organisations that pay.
pub(crate) const FUNDERS: &[&str] = &["ror", "crossreffunderid", "doi", "isni", "grid", "gnd"];

/// Schemes of awards.
pub(crate) const AWARDS: &[&str] = &["doi", "url"];

/// Schemes of places.
pub(crate) const PLACES: &[&str] = &["wikidata", "geonames"];

/// Schemes of works.
pub(crate) const WORKS: &[&str] = &[
    "ark",
    "arxiv",
    "ads",
    "crossreffunderid",
    "cstr",
    "doi",
    "ean13",
    "eissn",
    "grid",
    "handle",
    "igsn",
    "isbn",
    "isni",
    "issn",
    "istc",
    "lissn",
    "lsid",
    "pmid",
    "purl",
    "rrid",
    "upc",
    "url",
    "urn",
    "wikidata",
    "w3id",
    "other",
];

const SCHEMES: &[Scheme] = &[
    entry("ark", "ARK", "ARK", archives::ark),
    entry("arxiv", "arXiv", "arXiv", archives::arxiv),
    entry("ads", "Bibcode", "bibcode", archives::ads),
    entry("crossreffunderid", "Crossref Funder ID", "Crossref Funder ID", doi::crossref_funder),
    entry("cstr", "CSTR", "CSTR", names::cstr),
    entry("doi", "DOI", "DOI", doi::doi),
    entry("ean13", "EAN13", "EAN13", numbers::ean13),
    entry("eissn", "EISSN", "EISSN", numbers::issn),
    entry("geonames", "GeoNames", "GeoNames", accessions::geonames),
    entry("gnd", "GND", "GND", persons::gnd),
    entry("grid", "GRID", "GRID", accessions::grid),
    entry("handle", "Handle", "Handle", doi::handle),
    entry("igsn", "IGSN", "IGSN", names::igsn),
    entry("isbn", "ISBN", "ISBN", numbers::isbn),
    entry("isni", "ISNI", "ISNI", persons::isni),
    entry("issn", "ISSN", "ISSN", numbers::issn),
    entry("istc", "ISTC", "ISTC", numbers::istc),
    entry("lissn", "LISSN", "LISSN", numbers::issn),
    entry("lsid", "LSID", "LSID", names::lsid),
    entry("orcid", "ORCID", "ORCID", persons::orcid),
    entry("other", "Other", "Other", names::other),
    entry("pmid", "PMID", "PMID", accessions::pmid),
    entry("purl", "PURL", "PURL", urls::purl),
    entry("ror", "ROR", "ROR", persons::ror),
    entry("rrid", "RRID", "RRID", accessions::rrid),
    entry("upc", "UPC", "UPC", numbers::upc),
    entry("url", "URL", "URL", urls::url),
    entry("urn", "URN", "URN", names::urn),
    entry("w3id", "w3id", "w3id", urls::w3id),
    entry("wikidata", "Wikidata", "Wikidata", accessions::wikidata),
];

const fn entry(
    name: &'static str,
    label: &'static str,
    datacite: &'static str,
    read: fn(&str) -> Option<String>,
) -> Scheme {
    Scheme { name, label, datacite, read }
}

/// Takes away the first of the prefixes that a text has, whatever its case.
fn without<'a>(text: &'a str, prefixes: &[&str]) -> &'a str {
    let rest = prefixes.iter().find_map(|prefix| {
        let (head, rest) = text.split_at_checked(prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then_some(rest)
    });
    rest.map_or(text, str::trim_start)
}

/// Takes away `http://` or `https://`.
fn without_web(text: &str) -> &str {
    without(text, &["https://", "http://"])
}

/// Whether there is something, and no blank in it.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && !text.chars().any(|character| character.is_whitespace() || character.is_control())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
