//! What both versions have.

use repono_sdk::{Call, Exporter, Facet, Format, Index, Indexer, Search, Value, json};

use crate::Specimens;

pub(crate) fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
            "name": { "type": "string", "minLength": 1 },
            "weight_g": { "type": "number", "minimum": 0 },
        },
    })
}

pub(crate) fn search() -> Search {
    Search::new()
        .text("metadata.name")
        .keyword("metadata.name_sort")
        .double("metadata.weight_g")
        .keyword("metadata.size_class")
        .default_fields(["metadata.name^2"])
        .facet(Facet::terms("size_class", "Sizes", "metadata.size_class"))
        .sort("name", "Name", ["metadata.name_sort"])
        .sort("weight", "Heaviest first", ["-metadata.weight_g"])
        .suggest(["metadata.name"])
}

impl Indexer for Specimens {
    fn indexes() -> Vec<Index> {
        vec![Index::new("specimens")]
    }

    fn transform(_call: &Call, _collection: &str, mut record: Value) -> Result<Value, String> {
        let mut metadata = record["metadata"].take();
        let name = metadata["name"].as_str().unwrap_or_default().to_lowercase();
        let size = metadata["weight_g"]
            .as_f64()
            .map(|grams| if grams < 1000.0 { "small" } else { "large" });
        metadata["name_sort"] = name.into();
        metadata["size_class"] = size.into();
        Ok(json!({ "metadata": metadata }))
    }
}

impl Exporter for Specimens {
    fn formats() -> Vec<Format> {
        vec![
            Format::new("label", "text/plain", "txt").collections(["specimens"]),
            Format::new("csv", "text/csv", "csv").collections(["specimens"]).list(
                "name,weight_g\n",
                "\n",
                "\n",
            ),
        ]
    }

    fn serialise(_call: &Call, format: &str, record: &Value) -> Result<Vec<u8>, String> {
        let metadata = &record["metadata"];
        let name = metadata["name"].as_str().ok_or("a specimen without a name has no label")?;
        let weight = &metadata["weight_g"];
        let text = if format == "csv" {
            format!("{name},{weight}")
        } else {
            format!("{name}, {weight} g")
        };
        Ok(text.into_bytes())
    }
}
