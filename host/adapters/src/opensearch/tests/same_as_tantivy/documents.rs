//! Real records of two schemas in one index, with what they do not have: places, sizes and truths.

use std::io::{BufRead as _, BufReader};

use flate2::read::GzDecoder;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use repono_service::ports::{Field, FieldKind, IndexDefinition, IndexWrite};
use serde_json::{Value, json};

pub(super) const TEXTS: &[&str] = &[
    "metadata.title",
    "metadata.description",
    "metadata.creators.person_or_org.name",
    "name",
    "description",
    "credit.name",
    "publication.metadata.abstract",
];
pub(super) const KEYWORDS: &[&str] = &[
    "metadata.subjects.subject",
    "metadata.publisher",
    "metadata.resource_type.id",
    "biotoolsID",
    "topic.term",
    "operatingSystem",
    "license",
    "toolType",
    "function.operation.term",
];
pub(super) const DATES: &[&str] = &["metadata.publication_date", "additionDate", "lastUpdate"];
pub(super) const LONGS: &[&str] =
    &["publication.metadata.citationCount", "confidence_flag", "rank"];

pub(super) fn definition() -> IndexDefinition {
    let kinds = [
        (TEXTS, FieldKind::Text),
        (KEYWORDS, FieldKind::Keyword),
        (DATES, FieldKind::Date),
        (LONGS, FieldKind::Long),
        (&["size"], FieldKind::Double),
        (&["open"], FieldKind::Boolean),
        (&["place"], FieldKind::GeoPoint),
        // Objects, where the documents have any.
        (&["credit"], FieldKind::Keyword),
        (&["publication.metadata"], FieldKind::Long),
    ];
    let mut fields: Vec<_> = kinds
        .iter()
        .flat_map(|(paths, kind)| paths.iter().map(|path| (*path, *kind)))
        .map(|(path, kind)| Field { path: path.to_owned(), kind })
        .collect();
    fields.sort_by(|left, right| left.path.cmp(&right.path));
    let default_fields =
        [("metadata.title", 3.0), ("name", 3.0), ("description", 1.0), ("biotoolsID", 1.5)];
    IndexDefinition {
        fields,
        aliases: [("title".to_owned(), "metadata.title".to_owned())].into(),
        default_fields: default_fields.map(|(path, weight)| (path.to_owned(), weight)).to_vec(),
        suggest: Vec::new(),
    }
}

pub(super) fn documents() -> Vec<(String, Value)> {
    let mut random = StdRng::seed_from_u64(1);
    let mut documents = Vec::new();
    for name in ["records", "biotools"] {
        let path = format!("{}/../../tests/fixtures/{name}.ndjson.gz", env!("CARGO_MANIFEST_DIR"));
        let lines = BufReader::new(GzDecoder::new(std::fs::File::open(path).unwrap())).lines();
        for (number, line) in lines.enumerate() {
            let mut body: Value = serde_json::from_str(&line.unwrap()).unwrap();
            decorate(&mut body, &mut random);
            documents.push((format!("{name}-{number}"), body));
        }
    }
    documents
}

fn decorate(body: &mut Value, random: &mut StdRng) {
    let point = |random: &mut StdRng| json!({ "lat": random.random_range(-90.0..90.0), "lon": random.random_range(-180.0..180.0) });
    let points: Vec<_> = (0..random.random_range(0..4)).map(|_| point(random)).collect();
    body["place"] = json!(points);
    if random.random_bool(0.6) {
        let sizes = [0.0, -0.0, 1.5, 2.25, -1e300, 1e-9, f64::from(random.random_range(0..50))];
        body["size"] = json!(sizes[random.random_range(0..sizes.len())]);
    }
    if random.random_bool(0.6) {
        body["rank"] = json!([random.random_range(-3..3), random.random_range(0..1_000)]);
    }
    if random.random_bool(0.7) {
        body["open"] = json!(random.random_bool(0.5));
    }
}

pub(super) fn writes(documents: &[(String, Value)]) -> Vec<IndexWrite> {
    let write = |(key, body): &(String, Value)| IndexWrite {
        key: key.clone(),
        version: 1,
        body: Some(body.clone()),
    };
    documents.iter().map(write).collect()
}
