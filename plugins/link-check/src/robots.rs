//! `robots.txt`, after RFC 9309; and `crawl-delay`, which many hosts add to it.

use serde::{Deserialize, Serialize};

/// What hosts call us.
pub(crate) const PRODUCT: &str = "repono";
/// No host keeps us waiting longer between two requests.
const MOST_DELAY_S: f64 = 60.0;

/// What a host asks of us.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rules {
    /// Whether a path of this pattern is allowed.
    rules: Vec<(bool, String)>,
    /// Between two requests.
    pub(crate) delay_ms: u64,
}

impl Rules {
    /// Reads the groups that are about us, or else those about everyone. What is no line of a
    /// `robots.txt` is passed over.
    pub(crate) fn parse(text: &str) -> Self {
        let (mut ours, mut everyones) = (None::<Self>, Self::default());
        let (mut is_ours, mut is_everyones, mut in_rules) = (false, false, false);
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((name, value)) = line.split_once(':') else { continue };
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            if name == "user-agent" {
                if std::mem::take(&mut in_rules) {
                    (is_ours, is_everyones) = (false, false);
                }
                is_ours |= product(value).eq_ignore_ascii_case(PRODUCT);
                is_everyones |= value.starts_with('*');
                if is_ours {
                    ours.get_or_insert_default();
                }
                continue;
            }
            if !["allow", "disallow", "crawl-delay"].contains(&name.as_str()) {
                continue;
            }
            in_rules = true;
            if is_ours {
                ours.get_or_insert_default().add(&name, value);
            }
            if is_everyones {
                everyones.add(&name, value);
            }
        }
        ours.unwrap_or(everyones)
    }

    fn add(&mut self, name: &str, value: &str) {
        match name {
            "crawl-delay" => {
                let seconds = value.parse().unwrap_or(0.0_f64).clamp(0.0, MOST_DELAY_S);
                let delay = std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default();
                self.delay_ms = u64::try_from(delay.as_millis()).unwrap_or_default();
            }
            _ if value.is_empty() => {}
            _ => self.rules.push((name == "allow", normalised(value))),
        }
    }

    /// Whether a path, with its query, may be asked for: the longest pattern decides, and the kinder of
    /// two that are as long.
    pub(crate) fn allow(&self, path: &str) -> bool {
        let path = normalised(path);
        let matching = self.rules.iter().filter(|(_, pattern)| matches(pattern, &path));
        let longest = matching.max_by_key(|(allow, pattern)| (pattern.len(), *allow));
        path == "/robots.txt" || longest.is_none_or(|(allow, _)| *allow)
    }
}

/// `repono/1.0` is `repono`.
fn product(agent: &str) -> &str {
    let is_of_name = |letter: char| letter.is_ascii_alphabetic() || letter == '-' || letter == '_';
    agent.split(|letter| !is_of_name(letter)).next().unwrap_or_default()
}

/// Percent-encodes what must be, and nothing that need not be.
fn normalised(path: &str) -> String {
    let mut normalised = String::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        let encoded = match (byte, after) {
            (b'%', [high, low, after @ ..]) => hexadecimal(*high, *low).inspect(|_| rest = after),
            _ => None,
        };
        match (encoded, byte) {
            (Some(byte), _) if is_unreserved(byte) => normalised.push(byte.into()),
            (None, byte) if byte.is_ascii() => normalised.push((*byte).into()),
            (Some(byte), _) | (None, &byte) => normalised.extend(encode_byte(byte)),
        }
    }
    normalised
}

/// `%2F`
fn encode_byte(byte: u8) -> [char; 3] {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0').to_ascii_uppercase();
    ['%', digit(byte >> 4), digit(byte & 0xf)]
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Whether a path begins with the pattern, in which `*` is anything and a `$` at the end is the end.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if to_the_end && parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(robots: &str, paths: &[(&str, bool)]) {
        let rules = Rules::parse(robots);
        for (path, allowed) in paths {
            assert_eq!(rules.allow(path), *allowed, "{path}");
        }
    }

    #[test]
    fn the_group_that_names_us_is_ours_alone() {
        check(
            "User-Agent: *\nDisallow: /\n\nuser-agent: Repono/2.0\nuser-agent: other\nDisallow: /private\n",
            &[("/", true), ("/private/a", false), ("/publications", true)],
        );
        check("User-agent: repono-like\nDisallow: /\n", &[("/", true)]);
    }

    #[test]
    fn without_a_group_of_ours_that_of_everyone_holds() {
        check(
            "User-agent: googlebot\nDisallow: /\n\nUser-agent: *\nDisallow: /cgi\n",
            &[("/a", true), ("/cgi/x", false)],
        );
        check("User-agent: googlebot\nDisallow: /\n", &[("/a", true)]);
        check("", &[("/a", true)]);
    }

    #[test]
    fn groups_of_the_same_name_are_one() {
        check(
            "User-agent: repono\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: repono\nDisallow: /b\n",
            &[("/a", false), ("/b", false), ("/c", true)],
        );
    }

    #[test]
    fn a_group_without_rules_allows_all() {
        check("User-agent: *\nDisallow: /\n\nUser-agent: repono\nDisallow:\n", &[("/a", true)]);
    }

    #[test]
    fn the_longest_pattern_decides_and_the_kinder_of_two() {
        check(
            "User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
            &[("/example/page/a", true), ("/example/page/disallowed.gif", false)],
        );
        check("User-agent: *\nDisallow: /a\nAllow: /a\n", &[("/a", true)]);
    }

    #[test]
    fn stars_and_dollars_are_understood() {
        check(
            "User-agent: *\nDisallow: *.gif$\nDisallow: /*/private*x\nAllow: /b$\nDisallow: /b\n",
            &[
                ("/a/b.gif", false),
                ("/a/b.gif?c", true),
                ("/u/private/x", false),
                ("/u/private/y", true),
                ("/b", true),
                ("/bc", false),
            ],
        );
    }

    #[test]
    fn what_is_encoded_is_compared_as_it_is_meant() {
        check(
            "User-agent: *\nDisallow: /foo/bar/ツ\nDisallow: /b%61z\nDisallow: /a%2fb\n",
            &[("/foo/bar/%E3%83%84", false), ("/baz", false), ("/a/b", true), ("/a%2Fb", false)],
        );
    }

    #[test]
    fn comments_and_nonsense_are_passed_over() {
        check(
            "\u{feff}User-agent: * # all\r\nSitemap: https://example.org/map\r\nnonsense\r\nDisallow: /x # not there\r\n",
            &[("/x", false), ("/y", true), ("/robots.txt", true)],
        );
    }

    #[test]
    fn a_delay_is_kept_within_reason() {
        for (robots, delay_ms) in [
            ("User-agent: *\nCrawl-delay: 2.5", 2500),
            ("User-agent: *\nCrawl-delay: 86400", 60_000),
            ("User-agent: *\nCrawl-delay: -1", 0),
            ("User-agent: *\nCrawl-delay: NaN", 0),
            ("User-agent: *\nCrawl-delay: soon", 0),
        ] {
            assert_eq!(Rules::parse(robots).delay_ms, delay_ms, "{robots}");
        }
    }
}
