//! Real documents to test with.

use std::io::{BufRead as _, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

/// The first documents of `fixtures/{name}.ndjson.gz`, as their texts.
pub fn documents(name: &str, count: usize) -> Vec<String> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(format!("{name}.ndjson.gz"));
    let file =
        std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    BufReader::new(GzDecoder::new(file)).lines().take(count).map(|line| line.unwrap()).collect()
}

/// The least that `/api/records` publishes.
pub fn minimal_record(title: &str) -> Value {
    json!({
        "access": {"record": "public", "files": "public"},
        "files": {"enabled": false},
        "metadata": {
            "title": title,
            "publication_date": "2020-06-01",
            "publisher": "Acme",
            "resource_type": {"id": "image-photo"},
            "creators": [{"person_or_org": {"type": "personal", "given_name": "Troy", "family_name": "Brown"}}],
        },
    })
}
