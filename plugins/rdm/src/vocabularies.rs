//! The vocabularies that come with the collection.
//!
//! Small ones are stored as they are handed out, one entry a line; those of thousands of short
//! entries as tables, from which each entry is made when it is asked for.

use repono_sdk::{Vocabulary, json};

struct Shipped {
    name: &'static str,
    title: &'static str,
    lines: &'static str,
    entry: fn(&str) -> String,
}

const SHIPPED: &[Shipped] = &[
    listed("resourcetypes", "Resource types", include_str!("../vocabularies/resourcetypes.ndjson")),
    listed("creatorsroles", "Creators' roles", include_str!("../vocabularies/roles.ndjson")),
    listed(
        "contributorsroles",
        "Contributors' roles",
        include_str!("../vocabularies/roles.ndjson"),
    ),
    listed("titletypes", "Title types", include_str!("../vocabularies/titletypes.ndjson")),
    listed(
        "descriptiontypes",
        "Description types",
        include_str!("../vocabularies/descriptiontypes.ndjson"),
    ),
    listed("datetypes", "Date types", include_str!("../vocabularies/datetypes.ndjson")),
    listed("relationtypes", "Relation types", include_str!("../vocabularies/relationtypes.ndjson")),
    Shipped {
        name: "languages",
        title: "Languages",
        lines: include_str!("../vocabularies/languages.tsv"),
        entry: language,
    },
    listed("licenses", "Licenses", include_str!("../vocabularies/licenses.ndjson")),
    listed("affiliations", "Affiliations", include_str!("../vocabularies/affiliations.ndjson")),
    listed("funders", "Funders", include_str!("../vocabularies/funders.ndjson")),
    listed(
        "removalreasons",
        "Removal reasons",
        include_str!("../vocabularies/removalreasons.ndjson"),
    ),
    listed(
        "communitytypes",
        "Community types",
        include_str!("../vocabularies/communitytypes.ndjson"),
    ),
    listed(
        "code:developmentStatus",
        "Development status",
        include_str!("../vocabularies/code-developmentstatus.ndjson"),
    ),
    Shipped {
        name: "code:programmingLanguages",
        title: "Programming languages",
        lines: include_str!("../vocabularies/code-programminglanguages.tsv"),
        entry: programming_language,
    },
];

const fn listed(name: &'static str, title: &'static str, lines: &'static str) -> Shipped {
    Shipped { name, title, lines, entry: str::to_owned }
}

pub(crate) fn all() -> Vec<Vocabulary> {
    SHIPPED
        .iter()
        .map(|shipped| Vocabulary::new(shipped.name, shipped.title, shipped.lines.lines().count()))
        .collect()
}

pub(crate) fn entries(name: &str, offset: usize, limit: usize) -> Vec<String> {
    let Some(shipped) = SHIPPED.iter().find(|shipped| shipped.name == name) else {
        return Vec::new();
    };
    shipped.lines.lines().skip(offset).take(limit).map(shipped.entry).collect()
}

/// ISO 639-3 code, name, ISO 639-1 code, scope and type.
fn language(line: &str) -> String {
    let mut columns = line.split('\t');
    let mut next = || columns.next().unwrap_or_default();
    let (id, title, alpha_2, scope, kind) = (next(), next(), next(), next(), next());
    json!({ "id": id, "title": { "en": title }, "props": { "alpha_2": alpha_2 }, "tags": [scope, kind] }).to_string()
}

/// Id, name, number in GitHub's linguist, and whether it is popular there.
fn programming_language(line: &str) -> String {
    let mut columns = line.split('\t');
    let mut next = || columns.next().unwrap_or_default();
    let (id, title, number, popular) = (next(), next(), next(), next());
    json!({ "id": id, "title": { "en": title }, "props": { "language_id": number, "popular": popular } }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use repono_sdk::{Value, serde_json};
    use std::collections::HashSet;

    #[test]
    fn every_entry_has_an_id_of_its_own_and_a_title() {
        for shipped in SHIPPED {
            let mut ids: HashSet<String> = HashSet::new();
            for text in entries(shipped.name, 0, usize::MAX) {
                let entry: Value = serde_json::from_str(&text).unwrap();
                assert!(
                    !entry["title"].as_object().unwrap().is_empty(),
                    "{}: {text}",
                    shipped.name
                );
                assert!(
                    ids.insert(entry["id"].as_str().unwrap().to_owned()),
                    "{}: {text}",
                    shipped.name
                );
            }
            assert!(!ids.is_empty(), "{}", shipped.name);
        }
    }

    #[test]
    fn pages_follow_one_another() {
        let all = entries("languages", 0, usize::MAX);

        assert_eq!(all.len(), 7847);
        assert_eq!(entries("languages", 7800, 100), all[7800..]);
        assert_eq!(entries("languages", 8000, 100), Vec::<String>::new());
        assert_eq!(entries("nonsense", 0, 100), Vec::<String>::new());
    }

    #[test]
    fn a_table_becomes_entries() {
        let english = entries("languages", 0, usize::MAX)
            .into_iter()
            .find(|entry| entry.contains("\"eng\""))
            .unwrap();

        assert_eq!(
            serde_json::from_str::<Value>(&english).unwrap(),
            json!({ "id": "eng", "title": { "en": "English" }, "props": { "alpha_2": "en" }, "tags": ["individual", "living"] })
        );
        assert_eq!(
            serde_json::from_str::<Value>(&entries("code:programmingLanguages", 0, 1)[0]).unwrap(),
            json!({ "id": "1c_enterprise", "title": { "en": "1C Enterprise" }, "props": { "language_id": "0", "popular": "False" } })
        );
    }
}
