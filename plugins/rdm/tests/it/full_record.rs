//! The golden document: a record with something in every field, in all its forms.
//!
//! `UPDATE_GOLDEN=1 cargo test` writes the files anew.

use std::{collections::BTreeSet, env, fs};

use rdm::Rdm;
use repono_sdk::{Schema as _, Value, serde_json};

use crate::host::{self, Host};

#[test]
fn its_body_is_tidy_and_valid() {
    let mut body: Value = read("full.json");
    let before = body.clone();

    assert_eq!(Host::new().check(&mut body), Vec::<String>::new());
    assert_eq!(body, before);
}

#[test]
fn it_has_every_field_of_the_schema() {
    let body: Value = read("full.json");
    let collections = Rdm::collections();
    let schema = collections[0].json_schema();
    let mut missing: BTreeSet<String> = BTreeSet::new();
    compare(schema, schema, &[&body["metadata"]], "", &mut missing);

    let elsewhere = [
        "locations.type",
        "locations.features[].geometry.geometries",
        "locations.features[].geometry.bbox",
    ];
    let no_vocabulary = ["subjects[].id", "funding[].award.id"];
    let expected: BTreeSet<String> =
        elsewhere.iter().chain(&no_vocabulary).map(|&name| name.to_owned()).collect();
    assert_eq!(missing, expected);
}

#[test]
fn it_is_written_as_datacite_json() {
    let written: Value = serde_json::from_str(&host::export("datacite-json", &record())).unwrap();
    golden("full.datacite.json", &pretty(&written));
}

#[test]
fn it_is_written_as_bibtex() {
    golden("full.bib", &host::export("bibtex", &record()));
}

#[test]
fn it_is_indexed() {
    golden("full.search.json", &pretty(&host::index(&record())));
}

#[test]
fn all_of_its_search_document_is_mapped() {
    let collections = Rdm::collections();
    let mut unmapped: BTreeSet<String> = BTreeSet::new();
    leaves(&host::index(&record()), &collections[0].search_json()["mapping"], "", &mut unmapped);

    // A geo_point is an object that is mapped as one.
    let points = ["metadata.locations.points.lat", "metadata.locations.points.lon"];
    assert_eq!(unmapped, points.map(str::to_owned).into());
}

/// The body as a published record with whole terms.
fn record() -> Value {
    let mut record: Value = read("full.json");
    record["id"] = "fghjk-12345".into();
    record["updated"] = "2026-03-04T05:06:07+00:00".into();
    record["links"] =
        serde_json::json!({ "self_html": "https://repo.example.org/records/fghjk-12345" });
    record["parent"] = serde_json::json!({
        "id": "bcdef-67890",
        "pids": { "doi": { "identifier": "10.5072/bcdef-67890", "provider": "datacite" } },
        "communities": { "entries": [{ "id": "c1", "slug": "storms" }] },
    });
    Host::new().with_terms(&record)
}

/// Collects the properties of a schema that no value has.
fn compare(
    root: &Value,
    schema: &Value,
    values: &[&Value],
    at: &str,
    missing: &mut BTreeSet<String>,
) {
    let target =
        schema["$ref"].as_str().and_then(|target| root.pointer(target.trim_start_matches('#')));
    let schema = target.unwrap_or(schema);
    if let Some(items) = schema.get("items") {
        let inner: Vec<&Value> =
            values.iter().filter_map(|value| value.as_array()).flatten().collect();
        compare(root, items, &inner, &format!("{at}[]"), missing);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        let inner: Vec<&Value> = values.iter().filter_map(|value| value.get(name)).collect();
        if inner.is_empty() {
            missing.insert(path);
        } else {
            compare(root, property, &inner, &path, missing);
        }
    }
}

/// Collects the paths of values that have no type in a mapping.
fn leaves(value: &Value, mapping: &Value, at: &str, unmapped: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                leaves(member, &mapping["properties"][name], &path, unmapped);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, mapping, at, unmapped)),
        _ if mapping["type"].is_string() => {}
        _ => {
            unmapped.insert(at.to_owned());
        }
    }
}

#[track_caller]
pub(crate) fn golden(name: &str, written: &str) {
    let path = path(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, written).unwrap();
    }
    assert_eq!(written, fs::read_to_string(&path).unwrap(), "{name}");
}

pub(crate) fn read(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(path(name)).unwrap()).unwrap()
}

pub(crate) fn pretty(value: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(value).unwrap())
}

fn path(name: &str) -> String {
    format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}
