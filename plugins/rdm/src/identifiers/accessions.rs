//! Identifiers that are a number in someone's list.

use super::{is_digits, is_word, without, without_web};

/// `17909182`, also as a link.
pub(super) fn pmid(text: &str) -> Option<String> {
    let text =
        without(without_web(text), &["pubmed.ncbi.nlm.nih.gov/", "www.ncbi.nlm.nih.gov/pubmed/"]);
    let number = without(text, &["pmid:"]);
    let number = number.strip_suffix('/').unwrap_or(number);

    is_digits(number).then(|| number.to_owned())
}

/// `grid.9132.9`, also as a link.
pub(super) fn grid(text: &str) -> Option<String> {
    let text = without(without_web(text), &["www.grid.ac/institutes/", "grid.ac/institutes/"]);
    let (institute, check) = text.strip_prefix("grid.")?.split_once('.')?;
    let is_check = !check.is_empty() && check.bytes().all(|byte| byte.is_ascii_hexdigit());

    (is_digits(institute) && is_check).then(|| text.to_owned())
}

/// `RRID:AB_2298772`, also as a link.
pub(super) fn rrid(text: &str) -> Option<String> {
    let text = without(without_web(text), &["scicrunch.org/resolver/", "identifiers.org/"]);
    let (head, name) = text.split_at_checked(5)?;
    let is_name = is_word(name) && name.contains(['_', ':', '-']) && !name.contains('/');

    (head.eq_ignore_ascii_case("rrid:") && is_name).then(|| format!("RRID:{name}"))
}

/// `Q42944`, also as a link.
pub(super) fn wikidata(text: &str) -> Option<String> {
    let text = without(without_web(text), &["www.wikidata.org/", "wikidata.org/"]);
    let item = without(text, &["wiki/", "entity/"]);

    item.strip_prefix('Q').is_some_and(is_digits).then(|| item.to_owned())
}

/// `2661235`, also as a link.
pub(super) fn geonames(text: &str) -> Option<String> {
    let place =
        without(without_web(text), &["www.geonames.org/", "sws.geonames.org/", "geonames.org/"]);
    let number = place.split_once('/').map_or(place, |(number, _)| number);

    is_digits(number).then(|| number.to_owned())
}
