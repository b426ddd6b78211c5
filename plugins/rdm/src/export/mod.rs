//! Records in the formats of others.
//!
//! # Adding a format
//!
//! 1. Its module, with a function from a whole record.
//! 2. Its line in [`formats`] and in [`write()`].
//! 3. Its golden file in `tests/data/`.

mod bibtex;
mod datacite;

use repono_sdk::{Format, Value, serde_json};

use crate::COLLECTION;

/// What can be written.
pub(crate) fn formats() -> Vec<Format> {
    vec![
        Format::new("datacite-json", "application/vnd.datacite.datacite+json", "json")
            .collections([COLLECTION])
            .list("[", ",", "]"),
        Format::new("bibtex", "application/x-bibtex", "bib")
            .collections([COLLECTION])
            .list("", "\n", ""),
    ]
}

/// Writes a record in a format.
pub(crate) fn write(format: &str, record: &Value) -> Result<Vec<u8>, String> {
    match format {
        "datacite-json" => {
            serde_json::to_vec(&datacite::record(record)).map_err(|error| error.to_string())
        }
        "bibtex" => Ok(bibtex::entry(record).into_bytes()),
        _ => Err(format!("there is no format {format}")),
    }
}
