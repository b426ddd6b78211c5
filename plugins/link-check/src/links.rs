//! Which links a record has.

use repono_sdk::Value;

/// Members that hold a link, in whatever schema.
const LINK_MEMBERS: [&str; 3] = ["homepage", "link", "url"];
/// What the host adds of vocabulary terms is not the record's own.
const OF_TERMS: &str = "props";

/// The links of a record's metadata, each once, as they are written; a DOI as the address that it resolves
/// at.
pub(crate) fn of(metadata: &Value) -> Vec<String> {
    let mut links = Vec::new();
    collect(metadata, &mut links);
    let mut seen = std::collections::HashSet::new();
    links.retain(|link| seen.insert(link.clone()));
    links
}

fn collect(value: &Value, links: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, links)),
        Value::Object(members) => {
            links.extend(identified(value));
            for (name, value) in members.iter().filter(|(name, _)| *name != OF_TERMS) {
                match value.as_str() {
                    Some(text) if LINK_MEMBERS.contains(&name.as_str()) => links.extend(web(text)),
                    Some(_) => {}
                    None => collect(value, links),
                }
            }
        }
        _ => {}
    }
}

/// `{"scheme": "doi", "identifier": …}`
fn identified(object: &Value) -> Option<String> {
    let identifier = object["identifier"].as_str()?;
    match object["scheme"].as_str()? {
        "url" => web(identifier),
        "doi" => Some(resolved(identifier.trim())),
        _ => None,
    }
}

fn web(text: &str) -> Option<String> {
    let text = text.trim();
    let is_web = |scheme: &str| {
        text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    };
    (is_web("http://") || is_web("https://")).then(|| text.to_owned())
}

fn resolved(doi: &str) -> String {
    let doi = doi.strip_prefix("doi:").unwrap_or(doi);
    if let Some(url) = web(doi) {
        return url;
    }
    let encoded = doi.replace('%', "%25").replace('#', "%23").replace('?', "%3F");
    format!("https://doi.org/{encoded}")
}

#[cfg(test)]
mod tests {
    use repono_sdk::json;

    use super::*;

    #[test]
    fn related_urls_and_dois_are_links() {
        let links = of(&json!({
            "title": "http://is.no/link",
            "related_identifiers": [
                { "scheme": "url", "identifier": "https://example.org/data", "relation_type": { "id": "cites" } },
                { "scheme": "doi", "identifier": "10.1000/a#b" },
                { "scheme": "isbn", "identifier": "978-3-16-148410-0" },
                { "scheme": "url", "identifier": "ftp://example.org/data" },
                { "scheme": "url", "identifier": "https://example.org/data" },
            ],
            "rights": [{ "id": "cc-by-4.0", "props": { "url": "https://creativecommons.org/licenses/by/4.0" } }],
        }));

        assert_eq!(links, ["https://example.org/data", "https://doi.org/10.1000/a%23b"]);
    }

    #[test]
    fn other_schemas_name_links_as_they_are() {
        let links = of(&json!({
            "homepage": "HTTP://example.org/",
            "documentation": [{ "url": "https://example.org/doc ", "type": ["Manual"] }],
            "topic": [{ "uri": "http://edamontology.org/topic_0080" }],
        }));

        assert_eq!(links, ["https://example.org/doc", "HTTP://example.org/"]);
    }
}
