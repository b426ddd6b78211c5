//! DataCite Metadata Schema 4.5 as JSON.
//!
//! <https://datacite-metadata-schema.readthedocs.io/en/4.5/>; what is missing in a record is
//! missing here.

mod funding;
mod identifiers;
mod people;
mod places;
mod texts;

use repono_sdk::{Value, json};

use crate::{
    edtf,
    json::{self, Object},
};

/// The whole of a record that DataCite has a place for.
pub(super) fn record(record: &Value) -> Value {
    let nothing = Value::Null;
    let metadata = record.get("metadata").unwrap_or(&nothing);
    let mut written = Object::new();

    json::put(&mut written, "doi", json::at(record, "/pids/doi/identifier"));
    written.insert("types".to_owned(), types(metadata));
    json::put_list(&mut written, "titles", texts::titles(metadata));
    json::put_list(&mut written, "creators", people::creators(metadata));
    json::put_list(&mut written, "contributors", people::contributors(metadata));
    json::put(
        &mut written,
        "publisher",
        json::at(metadata, "/publisher").map(|name| json!({ "name": name })),
    );
    json::put(
        &mut written,
        "publicationYear",
        json::at(metadata, "/publication_date").and_then(edtf::year),
    );
    json::put_list(&mut written, "subjects", texts::subjects(metadata));
    json::put_list(&mut written, "dates", dates(record, metadata));
    json::put(&mut written, "language", json::at(metadata, "/languages/0/id"));
    json::put_list(&mut written, "alternateIdentifiers", identifiers::alternate(record, metadata));
    json::put_list(&mut written, "relatedIdentifiers", identifiers::related(record, metadata));
    for key in ["sizes", "formats"] {
        json::put_list(&mut written, key, json::list(metadata, key).cloned().collect());
    }
    json::put(&mut written, "version", json::at(metadata, "/version"));
    json::put_list(&mut written, "rightsList", texts::rights(metadata));
    json::put_list(&mut written, "descriptions", texts::descriptions(metadata));
    json::put_list(&mut written, "geoLocations", places::locations(metadata));
    json::put_list(&mut written, "fundingReferences", funding::references(metadata));
    written.insert("schemaVersion".to_owned(), "http://datacite.org/schema/kernel-4".into());

    written.into()
}

fn types(metadata: &Value) -> Value {
    let general = json::at(metadata, "/resource_type/props/datacite_general").unwrap_or("Other");
    let specific = json::at(metadata, "/resource_type/props/datacite_type").unwrap_or_default();
    json!({ "resourceTypeGeneral": general, "resourceType": specific })
}

fn dates(record: &Value, metadata: &Value) -> Vec<Value> {
    let issued = json::at(metadata, "/publication_date")
        .map(|date| json!({ "date": date, "dateType": "Issued" }));
    let mut dates: Vec<Value> = issued.into_iter().collect();
    dates.extend(json::list(metadata, "dates").filter_map(date));

    let says_update = dates.iter().any(|date| date["dateType"] == "Updated");
    if let Some(updated) = json::at(record, "/updated").filter(|_| !says_update) {
        let day = updated.split('T').next();
        dates.push(json!({ "date": day, "dateType": "Updated" }));
    }
    dates
}

fn date(date: &Value) -> Option<Value> {
    let when = json::at(date, "/date")?;
    let kind = json::at(date, "/type/props/datacite").unwrap_or("Other");
    let mut written = json!({ "date": when, "dateType": kind });
    if let Some(about) = json::at(date, "/description") {
        written["dateInformation"] = about.into();
    }
    Some(written)
}
