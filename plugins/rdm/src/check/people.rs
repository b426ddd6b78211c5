//! Creators and contributors.

use std::collections::HashSet;

use repono_sdk::Value;

use super::{identifiers, report::Report};
use crate::{
    identifiers::{AFFILIATIONS, PERSONS},
    json::{self, Object},
};

pub(super) fn check(metadata: &mut Object, report: &mut Report<'_>) {
    for role in ["creators", "contributors"] {
        report.each_object(metadata, role, |contribution, report| {
            if let Some(Value::Object(who)) = contribution.get_mut("person_or_org") {
                report.inside("person_or_org", |report| person_or_org(who, report));
            }
            affiliations(contribution, report);
        });
    }
}

fn person_or_org(who: &mut Object, report: &mut Report<'_>) {
    match who.get("type").and_then(Value::as_str) {
        Some("personal") => person(who, report),
        Some("organizational") => organisation(who, report),
        _ => {}
    }

    identifiers::list(who, "identifiers", PERSONS, report);
    identifiers::one_per_scheme(who, report);
}

/// A person's name is made of its parts.
fn person(person: &mut Object, report: &mut Report<'_>) {
    if is_missing(person, "family_name") {
        report.error_in("family_name", "missing-family-name", "Family name must be filled.");
    }
    let parts: Vec<&str> =
        ["family_name", "given_name"].iter().filter_map(|part| json::text(person, part)).collect();
    if !parts.is_empty() {
        let name = parts.join(", ");
        person.insert("name".to_owned(), name.into());
    }
}

fn organisation(organisation: &mut Object, report: &mut Report<'_>) {
    organisation.remove("family_name");
    organisation.remove("given_name");
    if is_missing(organisation, "name") {
        report.error_in("name", "missing-name", "Name cannot be blank.");
    }
}

fn is_missing(object: &Object, key: &str) -> bool {
    object.get(key).is_none_or(|value| value.as_str().is_some_and(str::is_empty))
}

fn affiliations(contribution: &mut Object, report: &mut Report<'_>) {
    let mut seen: HashSet<String> = HashSet::new();
    report.each_object(contribution, "affiliations", |affiliation, report| {
        identifiers::list(affiliation, "identifiers", AFFILIATIONS, report);
        match json::text(affiliation, "id").or_else(|| json::text(affiliation, "name")) {
            Some(which) if !seen.insert(which.to_owned()) => {
                report.error(
                    "repeated-affiliation",
                    format!("The affiliation \"{which}\" is here twice."),
                );
            }
            Some(_) => {}
            None => report.error(
                "missing-affiliation",
                "An existing id or a free text name must be present.",
            ),
        }
    });
}
