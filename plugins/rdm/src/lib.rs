//! The collection `records`: research records as InvenioRDM and DataCite describe them.
//!
//! `schema.json` says what a document may hold, [`check`] what a schema cannot say, `vocabularies/`
//! which terms it may name, [`search`] how it is found, [`export`] how it looks elsewhere.
//!
//! # Adding a field
//!
//! 1. Its shape in `schema.json`.
//! 2. Its rules, if it has any that a schema cannot say, in [`check`].
//! 3. Its mapping in [`search`]; a higher version of the index if it is more than a name.
//! 4. Its place in [`export`].
//! 5. The field itself in `tests/data/full.json`.

mod check;
mod edtf;
mod geo;
mod html;
mod identifiers;
mod json;
mod locales;
mod text;

mod export;
mod search;
mod vocabularies;

use repono_sdk::{
    Call, Collection, Descriptor, Exporter, Format, Index, Indexer, Plugin, Problems, Schema,
    Value, Vocabularies, Vocabulary, serde_json,
};

/// The plugin.
#[derive(Debug, Clone, Copy)]
pub struct Rdm;

/// Name of the collection.
pub const COLLECTION: &str = "records";

impl Plugin for Rdm {
    fn descriptor() -> Descriptor {
        Descriptor::new(
            "rdm",
            env!("CARGO_PKG_VERSION"),
            "Research records with DataCite metadata, their vocabularies and exports.",
        )
    }
}

impl Schema for Rdm {
    fn collections() -> Vec<Collection> {
        let schema: Value =
            serde_json::from_str(include_str!("../schema.json")).unwrap_or_default();
        vec![Collection::new(COLLECTION).version(1).schema(schema).search(search::fields())]
    }

    fn check(_call: &Call, _collection: &str, body: &mut Value, problems: &mut Problems) {
        check::document(body, problems);
    }
}

impl Vocabularies for Rdm {
    fn vocabularies() -> Vec<Vocabulary> {
        vocabularies::all()
    }

    fn entries(name: &str, offset: usize, limit: usize) -> Vec<String> {
        vocabularies::entries(name, offset, limit)
    }
}

impl Indexer for Rdm {
    fn indexes() -> Vec<Index> {
        vec![Index::new(COLLECTION).version(1)]
    }

    fn transform(_call: &Call, _collection: &str, record: Value) -> Result<Value, String> {
        Ok(search::document(record))
    }
}

impl Exporter for Rdm {
    fn formats() -> Vec<Format> {
        export::formats()
    }

    fn serialise(_call: &Call, format: &str, record: &Value) -> Result<Vec<u8>, String> {
        export::write(format, record)
    }
}

repono_sdk::plugin!(Rdm: schema, vocabularies, indexer, exporter);
