//! Collection `biotools`: research software, as bio.tools describes it.
//!
//! The metadata of a record is the document of bio.tools itself, so that records travel both ways
//! without translation.

mod check;
mod orcid;
mod search;
mod tidy;

use repono_sdk::{Call, Collection, Descriptor, Plugin, Problems, Schema, Value, serde_json};

/// Research software.
#[derive(Debug)]
pub struct Biotools;

impl Plugin for Biotools {
    fn descriptor() -> Descriptor {
        Descriptor::new(
            "biotools",
            env!("CARGO_PKG_VERSION"),
            "Research software, as bio.tools describes it.",
        )
    }
}

impl Schema for Biotools {
    fn collections() -> Vec<Collection> {
        let schema = serde_json::from_str(include_str!("../schema.json")).unwrap_or_default();
        vec![Collection::new("biotools").version(1).schema(schema).search(search::search())]
    }

    fn check(_call: &Call, _collection: &str, body: &mut Value, problems: &mut Problems) {
        if let Some(tool) = body.get_mut("metadata").filter(|metadata| metadata.is_object()) {
            tidy::tidy(tool);
            check::check(tool, problems);
        }
    }
}

repono_sdk::plugin!(Biotools: schema);
