//! What counts as complete.

use repono_sdk::Value;

/// How much each field of a bibliographic record weighs.
const BIBLIOGRAPHIC: [(&str, u64); 16] = [
    ("title", 3),
    ("creators", 3),
    ("description", 3),
    ("publication_date", 2),
    ("resource_type", 2),
    ("rights", 2),
    ("subjects", 2),
    ("publisher", 1),
    ("languages", 1),
    ("contributors", 1),
    ("identifiers", 1),
    ("related_identifiers", 1),
    ("references", 1),
    ("funding", 1),
    ("dates", 1),
    ("version", 1),
];

/// A way to score the records of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// By known fields, each with its weight.
    Bibliographic,
    /// By the fields that any record of the collection has, all alike.
    Seen,
}

impl Measure {
    /// The measure for a collection; `records` is the bibliographic one.
    pub(crate) fn of(collection: &str) -> Self {
        if collection == "records" { Self::Bibliographic } else { Self::Seen }
    }

    /// What the fields of one record weigh together.
    pub(crate) fn weigh(self, metadata: &Value) -> u64 {
        match self {
            Self::Bibliographic => BIBLIOGRAPHIC
                .iter()
                .filter(|(field, _)| is_filled(&metadata[*field]))
                .map(|(_, weight)| weight)
                .sum(),
            Self::Seen => filled(metadata).count() as u64,
        }
    }

    /// What a complete record would weigh, when these many fields were seen in all.
    pub(crate) fn complete(self, seen: u64) -> u64 {
        match self {
            Self::Bibliographic => BIBLIOGRAPHIC.iter().map(|(_, weight)| weight).sum(),
            Self::Seen => seen,
        }
    }
}

/// Names of the top-level fields that hold something.
pub(crate) fn filled(metadata: &Value) -> impl Iterator<Item = &String> {
    metadata
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| is_filled(value))
        .map(|(name, _)| name)
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use repono_sdk::json;

    use super::Measure;

    #[test]
    fn a_title_weighs_more_than_a_publisher() {
        let measure = Measure::of("records");

        assert!(
            measure.weigh(&json!({ "title": "T" })) > measure.weigh(&json!({ "publisher": "P" }))
        );
    }

    #[test]
    fn what_is_empty_weighs_nothing() {
        let empty = json!({ "title": " ", "creators": [], "rights": null, "funding": {} });

        assert_eq!(Measure::Bibliographic.weigh(&empty), 0);
        assert_eq!(Measure::Seen.weigh(&empty), 0);
    }

    #[test]
    fn other_collections_are_measured_by_what_they_have() {
        assert_eq!(Measure::of("minerals").weigh(&json!({ "hardness": 7, "origin": "" })), 1);
    }
}
