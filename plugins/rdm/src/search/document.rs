//! A record as the search engine sees it.
//!
//! The metadata stays as it is but for what would bury the words people look for: HTML, most of
//! what is known of vocabulary terms, shapes of places, dates no engine can read.

use repono_sdk::{Value, json};

use crate::{
    edtf, geo, html,
    json::{self, Object},
};

/// What is kept of vocabulary terms, by where they stand.
const TERMS: &[(&str, &[&str])] = &[
    ("resource_type", &["id", "title", "props"]),
    ("resource_type.props", &["type", "subtype"]),
    ("creators.role", &["id"]),
    ("creators.affiliations", &["id", "name", "identifiers"]),
    ("contributors.role", &["id"]),
    ("contributors.affiliations", &["id", "name", "identifiers"]),
    ("additional_titles.type", &["id"]),
    ("additional_titles.lang", &["id"]),
    ("additional_descriptions.type", &["id"]),
    ("additional_descriptions.lang", &["id"]),
    ("subjects", &["id", "subject", "scheme"]),
    ("languages", &["id", "title"]),
    ("dates.type", &["id"]),
    ("related_identifiers.relation_type", &["id"]),
    ("related_identifiers.resource_type", &["id"]),
    ("rights", &["id", "title", "link"]),
    ("funding.funder", &["id", "name"]),
    ("funding.award", &["id", "title", "number", "acronym", "program", "identifiers"]),
];

/// Where the titles of terms are searched. In English, or in another language if they have none.
const TITLES: &[&str] = &["resource_type", "languages", "rights", "funding.award"];

/// Where HTML may be.
const HTML: &[(&str, &str)] =
    &[("", "description"), ("", "copyright"), ("additional_descriptions", "description")];

/// Turns a whole record into a search document.
pub(crate) fn document(mut record: Value) -> Value {
    let doi = record.pointer_mut("/pids/doi/identifier").map(Value::take);
    let mut metadata = record.get_mut("metadata").map(Value::take).unwrap_or_default();
    for (path, kept) in TERMS {
        each(&mut metadata, path, &mut |term| term.retain(|key, _| kept.contains(&key.as_str())));
    }
    for path in TITLES {
        each(&mut metadata, path, &mut in_english);
    }
    for (path, key) in HTML {
        each(&mut metadata, path, &mut |object| without_tags(object, key));
    }
    let Value::Object(mut metadata) = metadata else { return json!({ "metadata": {} }) };

    publication_date(&mut metadata);
    subjects(&mut metadata);
    points(&mut metadata);

    let mut document = json!({ "metadata": metadata });
    if let (Some(doi), Some(document)) = (doi, document.as_object_mut()) {
        document.insert("doi".to_owned(), doi);
    }
    document
}

/// An interval is found by its beginning, and told from a date by the whole of it. What is no date
/// (drafts may say anything) would keep the whole document out of the index.
fn publication_date(metadata: &mut Object) {
    let Some(Value::String(date)) = metadata.remove("publication_date") else { return };
    if edtf::days(&date).is_err() {
        return;
    }
    let start = edtf::start(&date).to_owned();
    if start.len() < date.len() {
        metadata.insert("publication_interval".to_owned(), date.into());
    }
    metadata.insert("publication_date".to_owned(), start.into());
}

/// Subjects of vocabularies with their scheme, so that those of the same name stay apart.
fn subjects(metadata: &mut Object) {
    let Some(Value::Array(subjects)) = metadata.get("subjects") else { return };
    let combined: Vec<Value> = subjects
        .iter()
        .filter_map(Value::as_object)
        .filter_map(|subject| {
            let name = json::text(subject, "subject")?;
            Some(match json::text(subject, "scheme") {
                Some(scheme) => format!("{scheme}::{name}").into(),
                None => name.into(),
            })
        })
        .collect();
    json::put_list(metadata, "combined_subjects", combined);
}

/// Places become points; their shapes stay with the record.
fn points(metadata: &mut Object) {
    let Some(Value::Object(locations)) = metadata.get_mut("locations") else { return };
    let Some(Value::Array(features)) = locations.get_mut("features") else { return };
    let shapes: Vec<Value> = features
        .iter_mut()
        .filter_map(Value::as_object_mut)
        .filter_map(|feature| feature.remove("geometry"))
        .collect();
    features.retain(|feature| feature != &json!({}));
    let points: Vec<Value> = shapes
        .iter()
        .filter_map(geo::centroid)
        .map(|(longitude, latitude)| json!({ "lat": latitude, "lon": longitude }))
        .collect();
    json::put_list(locations, "points", points);
}

/// Goes to the objects at a path, and into every item of a list on the way.
fn each(value: &mut Value, path: &str, edit: &mut impl FnMut(&mut Object)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, path, edit)),
        Value::Object(object) if path.is_empty() => edit(object),
        Value::Object(object) => {
            let (head, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Some(member) = object.get_mut(head) {
                each(member, rest, edit);
            }
        }
        _ => {}
    }
}

fn without_tags(object: &mut Object, key: &str) {
    if let Some(Value::String(text)) = object.get_mut(key) {
        *text = html::plain(text);
    }
}

fn in_english(term: &mut Object) {
    if let Some(title) = term.get_mut("title") {
        let english = json::english(Some(title)).map(|english| json!({ "en": english }));
        *title = english.unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_and_ballast_is_not() {
        let record = json!({
            "id": "abcde-12345",
            "pids": { "doi": { "identifier": "10.1234/a" } },
            "metadata": {
                "title": "Storms",
                "publication_date": "1939/1945",
                "description": "<p>Wind &amp; rain</p>",
                "resource_type": { "id": "dataset", "title": { "en": "Dataset", "de": "Datensatz" }, "props": { "type": "dataset" } },
                "subjects": [{ "subject": "wind" }, { "id": "x", "subject": "Rain", "scheme": "GEMET" }],
                "locations": { "features": [{ "place": "CERN", "geometry": { "type": "Point", "coordinates": [6.05, 46.23] } }, { "place": "Elsewhere" }] },
            },
        });

        assert_eq!(
            document(record),
            json!({
                "doi": "10.1234/a",
                "metadata": {
                    "title": "Storms",
                    "publication_date": "1939",
                    "publication_interval": "1939/1945",
                    "description": "Wind & rain",
                    "resource_type": { "id": "dataset", "title": { "en": "Dataset" }, "props": { "type": "dataset" } },
                    "subjects": [{ "subject": "wind" }, { "id": "x", "subject": "Rain", "scheme": "GEMET" }],
                    "combined_subjects": ["wind", "GEMET::Rain"],
                    "locations": { "features": [{ "place": "CERN" }, { "place": "Elsewhere" }], "points": [{ "lat": 46.23, "lon": 6.05 }] },
                },
            })
        );
    }

    #[test]
    fn what_is_no_date_is_not_indexed_as_one() {
        assert_eq!(
            document(json!({ "metadata": { "title": "T", "publication_date": "soon" } })),
            json!({ "metadata": { "title": "T" } })
        );
    }

    #[test]
    fn a_record_without_anything_has_a_document_all_the_same() {
        assert_eq!(document(json!({ "metadata": [] })), json!({ "metadata": {} }));
        assert_eq!(document(json!(7)), json!({ "metadata": {} }));
    }
}
