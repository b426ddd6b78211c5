//! Real documents are valid, and hardly ever found fault with.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use biotools::Biotools;
use flate2::read::GzDecoder;
use repono_sdk::{Call, Problems, Schema as _, Value, json, serde_json};

fn read(path: &Path) -> Vec<Value> {
    let lines = BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines();
    lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}

fn sample() -> Vec<Value> {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sample.ndjson.gz"))
}

/// All documents, if `REPONO_DATA` names the folder that has them; else the sample.
fn documents() -> Vec<Value> {
    let folder = std::env::var_os("REPONO_DATA").map(PathBuf::from);
    folder.map_or_else(sample, |folder| read(&folder.join("biotools.ndjson.gz")))
}

/// Documents that are invalid before or after `check`, or have errors after it.
fn faults(documents: Vec<Value>) -> Vec<String> {
    let collection = Biotools::collections().remove(0);
    let validator = jsonschema::validator_for(collection.json_schema()).unwrap();
    let mut faults = Vec::new();
    for (i, document) in documents.into_iter().enumerate() {
        faults.extend(validator.iter_errors(&document).map(|error| format!("{i} before: {error}")));
        let mut body = json!({ "metadata": document, "custom_fields": {}, "pids": {} });
        let mut problems = Problems::new();
        Biotools::check(&Call::default(), "biotools", &mut body, &mut problems);
        faults.extend(
            validator.iter_errors(&body["metadata"]).map(|error| format!("{i} after: {error}")),
        );
        if problems.has_errors() {
            faults.push(format!("{i}: {problems:?}"));
        }
    }
    faults
}

#[test]
fn real_documents_are_valid() {
    assert_eq!(faults(documents()), Vec::<String>::new());
}

#[test]
fn checking_twice_changes_nothing_more() {
    for document in sample() {
        let mut once = json!({ "metadata": document });
        Biotools::check(&Call::default(), "biotools", &mut once, &mut Problems::new());
        let mut twice = once.clone();

        Biotools::check(&Call::default(), "biotools", &mut twice, &mut Problems::new());

        assert_eq!(twice, once);
    }
}

#[test]
fn facets_sorts_and_suggestions_name_mapped_fields() {
    let collection = Biotools::collections().remove(0);
    let search = collection.search_json();
    let type_of = |path: &str| {
        let path = path.trim_start_matches('-').split('^').next().unwrap_or_default();
        let pointer = path
            .split('.')
            .fold(String::new(), |pointer, name| format!("{pointer}/properties/{name}"));
        search["mapping"].pointer(&format!("{pointer}/type")).and_then(Value::as_str)
    };
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };

    for facet in search["facets"].as_array().unwrap() {
        let expected = if facet["kind"] == "years" { "date" } else { "keyword" };
        assert_eq!(type_of(facet["field"].as_str().unwrap()), Some(expected), "{facet}");
    }
    for field in search["sorts"].as_array().unwrap().iter().flat_map(|sort| names(&sort["by"])) {
        assert!(matches!(type_of(&field), Some("keyword" | "long" | "double" | "date")), "{field}");
    }
    for field in [names(&search["default_fields"]), names(&search["suggest"])].concat() {
        assert_eq!(type_of(&field), Some("text"), "{field}");
    }
}
