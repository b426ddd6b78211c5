//! Links, and the link services that promise to last.

use super::is_word;

const PURL_HOSTS: [&str; 6] =
    ["purl.org", "purl.oclc.org", "purl.net", "purl.com", "purl.fdlp.gov", "purl.archive.org"];

/// Whether it is an address that a browser opens.
pub(crate) fn is_web_address(text: &str) -> bool {
    parts(text).is_some_and(|(scheme, host, _)| {
        matches!(scheme, "http" | "https" | "ftp" | "ftps")
            && (host.contains('.') || host.starts_with("localhost"))
    })
}

/// Any URL with a host.
pub(super) fn url(text: &str) -> Option<String> {
    parts(text).map(|_| text.to_owned())
}

/// A link of one of the PURL services.
pub(super) fn purl(text: &str) -> Option<String> {
    web_path(text, &PURL_HOSTS)
}

/// A link of the W3C's permanent identifiers.
pub(super) fn w3id(text: &str) -> Option<String> {
    web_path(text, &["w3id.org", "www.w3id.org"])
}

fn web_path(text: &str, hosts: &[&str]) -> Option<String> {
    let (scheme, host, path) = parts(text)?;
    let is_one = matches!(scheme, "http" | "https") && hosts.contains(&host) && !path.is_empty();

    is_one.then(|| text.to_owned())
}

/// Scheme, host and the rest with its slash.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_end);
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));

    (is_scheme && !host.is_empty() && is_word(text)).then_some((scheme, host, path))
}
