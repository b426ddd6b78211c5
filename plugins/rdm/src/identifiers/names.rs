//! Identifiers that are names in a namespace: URN, LSID, CSTR, IGSN.

use super::{is_word, without, without_web};

/// `urn:nbn:de:101:1-201102033592`, also as a link to the resolver of national libraries.
pub(super) fn urn(text: &str) -> Option<String> {
    let name = without(text, &["https://nbn-resolving.org/", "http://nbn-resolving.org/"]);
    let (head, name) = name.split_at_checked(4)?;
    let (namespace, rest) = name.split_once(':')?;
    let is_namespace = (2..=32).contains(&namespace.len())
        && namespace.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');

    (head.eq_ignore_ascii_case("urn:") && is_namespace && is_word(rest))
        .then(|| format!("urn:{name}"))
}

/// `urn:lsid:ubio.org:namebank:11815`.
pub(super) fn lsid(text: &str) -> Option<String> {
    let (head, name) = text.split_at_checked(9)?;
    let parts = name.split(':').count();
    let is_lsid = head.eq_ignore_ascii_case("urn:lsid:")
        && matches!(parts, 3 | 4)
        && name.split(':').all(is_word);

    is_lsid.then(|| text.to_owned())
}

/// `CSTR:31253.11.sciencedb.001`: the registrant's five digits, its registry, and a name.
pub(super) fn cstr(text: &str) -> Option<String> {
    let name = without(without(without_web(text), &["www.cstr.cn/", "cstr.cn/"]), &["cstr:"]);
    let (registrant, rest) = name.split_once('.')?;
    let (registry, name_within) = rest.split_once('.')?;
    let is_cstr = registrant.len() == 5
        && super::is_digits(registrant)
        && registry.len() == 2
        && super::is_digits(registry)
        && is_word(name_within);

    is_cstr.then(|| format!("CSTR:{name}"))
}

/// `IGSN:AU1101` as it was, or the DOI that it became.
pub(super) fn igsn(text: &str) -> Option<String> {
    if let Some(doi) = super::doi::doi(text) {
        return Some(doi);
    }
    let number =
        without(without(without_web(text), &["igsn.org/", "hdl.handle.net/10273/"]), &["igsn:"]);
    let is_number = !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));

    is_number.then(|| number.to_owned())
}

/// Anything.
pub(super) fn other(text: &str) -> Option<String> {
    (!crate::text::is_blank(text)).then(|| text.to_owned())
}
