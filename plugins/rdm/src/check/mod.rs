//! What a JSON Schema cannot say about a record, and how a record is written once it is tidy.
//!
//! A document may be anything a depositor sends. Values of the wrong type are passed over: the
//! schema reports them, under the same names.
//!
//! **Invariant:** a document that was checked is not changed by being checked again.

mod dates;
mod funding;
mod identifiers;
mod locations;
mod people;
mod report;
mod rights;
mod strings;
mod subjects;
mod tidy;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use repono_sdk::{Problems, Value};

use crate::json::{self, Object};
use report::Report;

/// Checks and tidies a body: `{"metadata", "custom_fields", "pids"}`.
pub(crate) fn document(body: &mut Value, problems: &mut Problems) {
    let has_doi_from_elsewhere = json::at(body, "/pids/doi/provider") == Some("external");
    let Value::Object(body) = body else { return };
    let mut nothing = Object::new();
    let metadata = match body.get_mut("metadata") {
        Some(Value::Object(metadata)) => metadata,
        Some(_) => return,
        None => &mut nothing,
    };
    let mut report = Report::new(problems);

    tidy::members(metadata);
    if !has_doi_from_elsewhere {
        publisher(metadata, &mut report);
    }
    people::check(metadata, &mut report);
    dates::check(metadata, &mut report);
    subjects::check(metadata, &mut report);
    identifiers::check(metadata, &mut report);
    strings::check(metadata, &mut report);
    rights::check(metadata, &mut report);
    locations::check(metadata, &mut report);
    funding::check(metadata, &mut report);
}

/// DataCite registers no DOI without one.
fn publisher(metadata: &Object, report: &mut Report<'_>) {
    let is_missing = match metadata.get("publisher") {
        None | Some(Value::Null) => true,
        Some(Value::String(publisher)) => publisher.is_empty(),
        Some(_) => false,
    };
    if is_missing {
        report.error_in(
            "publisher",
            "missing-publisher",
            "Missing publisher field required for DOI registration.",
        );
    }
}
