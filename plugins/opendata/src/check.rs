//! What the JSON Schema cannot say.

use repono_sdk::{Problems, Value};

const CHECKSUMS: [(&str, usize); 4] = [("adler32", 8), ("md5", 32), ("sha1", 40), ("sha256", 64)];

/// Looks at a tidy record.
pub(crate) fn check(record: &Value, problems: &mut Problems) {
    check_years(record, problems);
    check_files(record, problems);
    check_energy(record, problems);
    check_relations(record, problems);
}

fn check_years(record: &Value, problems: &mut Problems) {
    let Some(published) = record["date_published"].as_str() else { return };
    for (i, year) in items(&record["date_created"]) {
        if year.as_str().is_some_and(|year| year.len() == published.len() && year > published) {
            let message = format!(
                "Data of {} cannot have been published in {published}.",
                year.as_str().unwrap_or_default()
            );
            problems.error(
                format!("/metadata/date_created/{i}"),
                "created-after-publication",
                message,
            );
        }
    }
}

fn check_files(record: &Value, problems: &mut Problems) {
    for (i, file) in items(&record["files"]) {
        let Some((kind, digits)) =
            file["checksum"].as_str().and_then(|checksum| checksum.split_once(':'))
        else {
            continue;
        };
        // Leading zeros of Adler-32 are left out now and then.
        if !CHECKSUMS.iter().any(|(name, length)| *name == kind && digits.len() <= *length) {
            let message = format!(
                "`{kind}` with {} digits is no checksum known here: adler32, md5, sha1, sha256.",
                digits.len()
            );
            problems.warning(format!("/metadata/files/{i}/checksum"), "unknown-checksum", message);
        }
    }
}

fn check_energy(record: &Value, problems: &mut Problems) {
    let at = "/collision_information/energy";
    if let Some(energy) = record.pointer(at).and_then(Value::as_str)
        && !(energy.ends_with("TeV") || energy.ends_with("GeV"))
    {
        let message =
            format!("`{energy}` is not found by energy; write a number and its unit: `13TeV`.");
        problems.warning(format!("/metadata{at}"), "energy-without-unit", message);
    }
}

fn check_relations(record: &Value, problems: &mut Problems) {
    for (i, relation) in items(&record["relations"]) {
        if relation["recid"].is_string() && relation["recid"] == record["recid"] {
            let message = "A record has no relation to itself: name the other one.";
            problems.warning(
                format!("/metadata/relations/{i}/recid"),
                "related-to-itself",
                message,
            );
        }
    }
}

fn items(list: &Value) -> impl Iterator<Item = (usize, &Value)> {
    list.as_array().into_iter().flatten().enumerate()
}

#[cfg(test)]
mod tests {
    use repono_sdk::{Problems, Value, json};

    use super::check;

    fn codes(record: &Value) -> Vec<String> {
        let mut problems = Problems::new();
        check(record, &mut problems);
        problems.into_iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn data_is_not_older_than_its_publication() {
        let record = json!({ "date_created": ["2011", "2016"], "date_published": "2014" });

        assert_eq!(codes(&record), ["created-after-publication"]);
    }

    #[test]
    fn a_misspelt_checksum_is_noticed() {
        let files = json!([{ "checksum": "adler32:fbd4d062" }, { "checksum": "alder32:fbd4d062" }]);

        assert_eq!(codes(&json!({ "files": files })), ["unknown-checksum"]);
    }

    #[test]
    fn a_document_of_another_shape_has_no_problems_here() {
        assert_eq!(
            codes(&json!({ "files": 1, "date_published": [], "relations": [2] })),
            Vec::<String>::new()
        );
    }
}
