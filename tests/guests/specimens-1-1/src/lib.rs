//! Version 1.1.0 of the plugin `specimens`: its schema has a habitat, its records migrate.

#[path = "../../specimens-1-0/src/v1.rs"]
mod v1;

use repono_sdk::{Call, Collection, Descriptor, Facet, Plugin, Problems, Schema, Value, json};

struct Specimens;

impl Plugin for Specimens {
    fn descriptor() -> Descriptor {
        Descriptor::new(
            "specimens",
            env!("CARGO_PKG_VERSION"),
            "Specimens of a museum, with their habitats.",
        )
    }
}

impl Schema for Specimens {
    fn collections() -> Vec<Collection> {
        let mut schema = v1::schema();
        schema["properties"]["habitat"] = json!({ "type": "string", "minLength": 1 });
        schema["required"] = json!(["name", "habitat"]);
        let search = v1::search().keyword("metadata.habitat").facet(Facet::terms(
            "habitat",
            "Habitats",
            "metadata.habitat",
        ));

        let collection = Collection::new("specimens").version(2).migrates_from([1]);
        vec![collection.schema(schema).search(search).unchecked()]
    }

    fn migrate(
        _call: &Call,
        _collection: &str,
        _from_version: u32,
        body: &mut Value,
        problems: &mut Problems,
    ) {
        if let Some(metadata) = body["metadata"].as_object_mut() {
            metadata.entry("habitat").or_insert_with(|| "unknown".into());
            problems.info(
                "/metadata/habitat",
                "filled-in",
                "The habitat was not recorded before; say which it is.",
            );
        }
    }
}

repono_sdk::plugin!(Specimens: schema, indexer, exporter);
