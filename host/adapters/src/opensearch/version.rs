//! Which search engines are spoken to.

use std::fmt;

use repono_service::{Error, Result};
use serde::Deserialize;

/// What a cluster says of itself.
#[derive(Deserialize)]
pub(super) struct Root {
    version: Written,
}

#[derive(Deserialize)]
struct Written {
    number: String,
    /// Absent where it is Elasticsearch.
    distribution: Option<String>,
}

/// A search engine that keeps the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    name: &'static str,
    number: String,
    /// Whether it can hold still what it has for a while.
    pub(super) has_points_in_time: bool,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.number)
    }
}

impl Version {
    /// As OpenTelemetry calls the engine.
    pub(super) fn system(&self) -> &'static str {
        if self.name == "OpenSearch" { "opensearch" } else { "elasticsearch" }
    }
}

impl Root {
    /// Refuses what nobody has tried.
    pub(super) fn version(self) -> Result<Version> {
        let Written { number, distribution } = self.version;
        let mut parts = number.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
        let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let name = match distribution.as_deref() {
            Some("opensearch") => "OpenSearch",
            None => "Elasticsearch",
            Some(_) => "an unknown engine",
        };
        match (name, major, minor) {
            // One that is told to say 7.10 to older clients does.
            ("OpenSearch", 1, 3..)
            | ("OpenSearch", 2 | 3, _)
            | ("OpenSearch" | "Elasticsearch", 7, 10) => {
                let has_points_in_time = matches!((major, minor), (2, 4..) | (3, _));
                Ok(Version { name, number, has_points_in_time })
            }
            _ => Err(Error::Invalid(format!(
                "the search cluster is {name} {number}; supported are OpenSearch 1.3, 2 and 3, and Elasticsearch 7.10"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn engines_that_nobody_has_tried_are_refused_with_those_that_somebody_has() {
        let version = |number: &str, distribution: Option<&str>| {
            let root = json!({ "version": { "number": number, "distribution": distribution } });
            serde_json::from_value::<Root>(root).unwrap().version()
        };
        for (number, distribution, expected) in [
            ("1.3.14", Some("opensearch"), "OpenSearch 1.3.14"),
            ("2.19.6", Some("opensearch"), "OpenSearch 2.19.6"),
            ("3.8.0", Some("opensearch"), "OpenSearch 3.8.0"),
            ("7.10.2", Some("opensearch"), "OpenSearch 7.10.2"),
            ("7.10.2", None, "Elasticsearch 7.10.2"),
        ] {
            let version = version(number, distribution).unwrap();
            assert_eq!(version.to_string(), expected);
            assert_eq!(version.has_points_in_time, number.starts_with(['2', '3']));
        }
        for (number, distribution) in [
            ("1.2.4", Some("opensearch")),
            ("4.0.0", Some("opensearch")),
            ("8.17.0", None),
            ("7.17.0", None),
            ("6.8.0", None),
            ("x", None),
            ("2.0.0", Some("other")),
        ] {
            let refused = version(number, distribution).unwrap_err().to_string();
            assert!(refused.contains(number) && refused.contains("supported are"), "{refused}");
        }
    }
}
