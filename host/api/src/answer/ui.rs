//! The `ui` block of `application/vnd.inveniordm.v1+json`: what pages show, in English.

use bytes::Bytes;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

/// The same record with its `ui` block, made of what the record says itself.
pub(super) fn with_ui(record: &Bytes) -> Bytes {
    let Ok(Value::Object(mut record)) = serde_json::from_slice::<Value>(record) else {
        return record.clone();
    };
    record.insert("ui".to_owned(), Value::Object(block(&record)));
    Value::Object(record).to_string().into()
}

fn block(record: &Map<String, Value>) -> Map<String, Value> {
    let metadata = record.get("metadata").and_then(Value::as_object);
    let of_metadata = |name: &str| metadata.and_then(|metadata| metadata.get(name));
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let mut ui = Map::new();
    if let Some(date) = of_metadata("publication_date").and_then(Value::as_str) {
        ui.insert("publication_date_l10n_medium".into(), json!(dates(date, Length::Medium)));
        ui.insert("publication_date_l10n_long".into(), json!(dates(date, Length::Long)));
    }
    for (name, field) in
        [("created_date_l10n_long", "created"), ("updated_date_l10n_long", "updated")]
    {
        if let Some(day) = text(field).and_then(|time| time.get(..10)) {
            ui.insert(name.into(), json!(dates(day, Length::Long)));
        }
    }
    if let Some(term) = of_metadata("resource_type") {
        ui.insert("resource_type".into(), titled(term));
    }
    for name in ["languages", "rights"] {
        if let Some(terms) = of_metadata(name).and_then(Value::as_array) {
            ui.insert(name.into(), terms.iter().map(titled).collect());
        }
    }
    for name in ["creators", "contributors"] {
        if let Some(people) = of_metadata(name).and_then(Value::as_array) {
            ui.insert(name.into(), with_affiliations(name, people));
        }
    }
    ui.insert("custom_fields".into(), json!({}));
    ui.insert("access_status".into(), access_status(record));
    let index = record.get("versions").and_then(|versions| versions.get("index"));
    let version = of_metadata("version").cloned();
    let version = version.or_else(|| index.map(|index| json!(format!("v{index}"))));
    ui.insert("version".into(), version.unwrap_or_default());
    ui.insert("is_draft".into(), record.get("is_draft").cloned().unwrap_or_default());
    ui
}

/// `{"id", "title_l10n"}`.
fn titled(term: &Value) -> Value {
    let title = term
        .get("title")
        .and_then(|titles| titles.get("en").or_else(|| titles.as_object()?.values().next()));
    let mut value = json!({"title_l10n": title});
    if let Some(id) = term.get("id") {
        value["id"] = id.clone();
    }
    for name in ["icon", "link", "props"] {
        if let Some(part) = term.get(name) {
            value[name] = part.clone();
        }
    }
    value
}

/// People with numbered affiliations, and the affiliations by their numbers.
fn with_affiliations(name: &str, people: &[Value]) -> Value {
    let mut known: Vec<Value> = Vec::new();
    let mut shown = Vec::new();
    for person in people {
        let mut person = person.clone();
        let affiliations = person.get("affiliations").and_then(Value::as_array).cloned();
        let numbered = affiliations.into_iter().flatten().map(|affiliation| {
            let place = known.iter().position(|known| *known == affiliation).unwrap_or_else(|| {
                known.push(affiliation.clone());
                known.len() - 1
            });
            json!([place + 1, affiliation.get("name")])
        });
        let numbered: Vec<Value> = numbered.collect();
        if let Some(person) = person.as_object_mut()
            && !numbered.is_empty()
        {
            person.insert("affiliations".to_owned(), Value::Array(numbered));
        }
        if person.get("role").is_some_and(Value::is_object) {
            person["role"] = titled(&person["role"]);
        }
        shown.push(person);
    }
    let affiliations: Vec<Value> = known.iter().enumerate().map(numbered).collect();
    let mut value = Map::new();
    value.insert(name.to_owned(), Value::Array(shown));
    value.insert("affiliations".to_owned(), Value::Array(affiliations));
    Value::Object(value)
}

/// `[1, name, identifiers' value]`.
fn numbered((place, affiliation): (usize, &Value)) -> Value {
    let ror = affiliation.get("identifiers").and_then(Value::as_array).and_then(|identifiers| {
        let ror = identifiers
            .iter()
            .find(|identifier| identifier.get("scheme").and_then(Value::as_str) == Some("ror"));
        ror.and_then(|ror| ror.get("identifier"))
    });
    json!([place + 1, affiliation.get("name"), ror])
}

fn access_status(record: &Map<String, Value>) -> Value {
    let access = record.get("access");
    let status = access.and_then(|access| access.get("status")).and_then(Value::as_str);
    let until = access.and_then(|access| access.pointer("/embargo/until")).and_then(Value::as_str);
    let until = until.map(|day| dates(day, Length::Long));
    let restricted = access.and_then(|access| access.get("record")).and_then(Value::as_str)
        == Some("restricted");
    let what = if restricted { "record and files" } else { "files" };
    let (title, description, icon, class) = match status.unwrap_or_default() {
        "open" => {
            ("Open", "The record and files are publicly accessible.".to_owned(), "unlock", "")
        }
        "embargoed" => (
            "Embargoed",
            format!(
                "The {what} will be made publicly available on {}.",
                until.as_deref().unwrap_or("a later day")
            ),
            "clock outline",
            "warning",
        ),
        "restricted" => (
            "Restricted",
            format!("The {what} are restricted to users with access."),
            "lock",
            "negative",
        ),
        _ => ("Metadata-only", "No files are available for this record.".to_owned(), "tag", ""),
    };
    json!({
        "id": status,
        "title_l10n": title,
        "description_l10n": description,
        "icon": icon,
        "embargo_date_l10n": until,
        "message_class": class,
    })
}

#[derive(Clone, Copy)]
enum Length {
    Medium,
    Long,
}

/// An EDTF date or interval in English; what is neither stays as it is.
fn dates(edtf: &str, length: Length) -> String {
    match edtf.split_once('/') {
        Some((from, to)) => format!("{} – {}", date(from, length), date(to, length)),
        None => date(edtf, length),
    }
}

fn date(text: &str, length: Length) -> String {
    let (whole, month) = match length {
        Length::Medium => ("%b %-d, %Y", "%b %Y"),
        Length::Long => ("%B %-d, %Y", "%B %Y"),
    };
    if let Ok(day) = text.parse::<Date>() {
        return day.strftime(whole).to_string();
    }
    match format!("{text}-01").parse::<Date>() {
        Ok(first) if text.len() == 7 => first.strftime(month).to_string(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_the_block_that_was_recorded() {
        let creators = json!([{"person_or_org": {"type": "personal", "name": "Brown, Troy", "given_name": "Troy", "family_name": "Brown"}}]);
        let record = json!({
            "created": "2026-11-22T00:41:57.682490+00:00",
            "updated": "2026-11-22T00:41:57.795356+00:00",
            "metadata": {
                "resource_type": {"id": "image-photo", "title": {"de": "Foto", "en": "Photo"}},
                "creators": creators,
                "publication_date": "2020-06-01"
            },
            "access": {"record": "public", "files": "public", "embargo": {"active": false, "reason": null}, "status": "metadata-only"},
            "versions": {"is_latest": true, "index": 1},
            "is_draft": false
        });

        let shown = with_ui(&record.to_string().into());

        let shown: Value = serde_json::from_slice(&shown).unwrap();
        assert_eq!(
            shown["ui"],
            json!({
                "publication_date_l10n_medium": "Jun 1, 2020",
                "publication_date_l10n_long": "June 1, 2020",
                "created_date_l10n_long": "November 22, 2026",
                "updated_date_l10n_long": "November 22, 2026",
                "resource_type": {"id": "image-photo", "title_l10n": "Photo"},
                "custom_fields": {},
                "access_status": {
                    "id": "metadata-only",
                    "title_l10n": "Metadata-only",
                    "description_l10n": "No files are available for this record.",
                    "icon": "tag",
                    "embargo_date_l10n": null,
                    "message_class": ""
                },
                "creators": {"creators": creators, "affiliations": []},
                "version": "v1",
                "is_draft": false
            })
        );
    }

    #[test]
    fn affiliations_are_numbered_once() {
        let cern = json!({"id": "01ggx4157", "name": "CERN", "identifiers": [{"scheme": "ror", "identifier": "01ggx4157"}]});
        let people =
            [json!({"affiliations": [cern]}), json!({"affiliations": [{"name": "X"}, cern]})];

        let shown = with_affiliations("creators", &people);

        assert_eq!(shown["creators"][1]["affiliations"], json!([[2, "X"], [1, "CERN"]]));
        assert_eq!(shown["affiliations"], json!([[1, "CERN", "01ggx4157"], [2, "X", null]]));
    }

    #[test]
    fn dates_are_as_exact_as_they_were_given() {
        assert_eq!(dates("2020", Length::Long), "2020");
        assert_eq!(dates("2020-06", Length::Medium), "Jun 2020");
        assert_eq!(dates("1939/1945-05-08", Length::Long), "1939 – May 8, 1945");
        assert_eq!(dates("soon", Length::Long), "soon");
    }
}
