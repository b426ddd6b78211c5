//! Collection `opendata`: open data of particle physics, as the CERN Open Data portal describes it.
//!
//! The metadata of a record is the portal's own. Its index sees less and more: no file lists, but
//! what they amount to, and the collision energy as a number.

mod check;
mod index;
mod search;
mod tidy;

use repono_sdk::{
    Call, Collection, Descriptor, Index, Indexer, Plugin, Problems, Schema, Value, json, serde_json,
};

/// Open data of particle physics.
#[derive(Debug)]
pub struct OpenData;

impl Plugin for OpenData {
    fn descriptor() -> Descriptor {
        let summary = "Open data of particle physics, as the CERN Open Data portal describes it.";
        Descriptor::new("opendata", env!("CARGO_PKG_VERSION"), summary)
    }
}

impl Schema for OpenData {
    fn collections() -> Vec<Collection> {
        let schema = serde_json::from_str(include_str!("../schema.json")).unwrap_or_default();
        vec![Collection::new("opendata").version(1).schema(schema).search(search::search())]
    }

    fn check(_call: &Call, _collection: &str, body: &mut Value, problems: &mut Problems) {
        if let Some(record) = body.get_mut("metadata").filter(|metadata| metadata.is_object()) {
            tidy::tidy(record);
            check::check(record, problems);
        }
    }
}

impl Indexer for OpenData {
    fn indexes() -> Vec<Index> {
        vec![Index::new("opendata").version(1)]
    }

    fn transform(_call: &Call, _collection: &str, mut record: Value) -> Result<Value, String> {
        let mut metadata = record["metadata"].take();
        if !metadata.is_object() {
            return Err("the record has no metadata".to_owned());
        }
        index::denormalise(&mut metadata);
        Ok(json!({ "metadata": metadata }))
    }
}

repono_sdk::plugin!(OpenData: schema, indexer);
