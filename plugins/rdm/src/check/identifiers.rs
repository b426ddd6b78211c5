//! Identifiers, wherever they stand: which scheme they are of, and their normal form.

use std::collections::HashSet;

use repono_sdk::Value;

use super::report::Report;
use crate::{
    identifiers::{WORKS, detect, scheme},
    json::{self, Object},
};

pub(super) fn check(metadata: &mut Object, report: &mut Report<'_>) {
    list(metadata, "identifiers", WORKS, report);
    one_of_each(metadata, report);
    list(metadata, "related_identifiers", WORKS, report);
    list(metadata, "references", WORKS, report);
}

/// Normalises the identifiers of a list of objects that have them.
pub(super) fn list(object: &mut Object, key: &str, allowed: &[&str], report: &mut Report<'_>) {
    report.each_object(object, key, |item, report| one(item, allowed, report));
}

/// Normalises an object's `identifier`, and finds its `scheme` if it has none.
fn one(item: &mut Object, allowed: &[&str], report: &mut Report<'_>) {
    let Some(text) = json::text(item, "identifier") else { return };
    let scheme = match item.get("scheme") {
        None | Some(Value::Null) => detect(text, allowed),
        Some(Value::String(name)) if name.is_empty() => detect(text, allowed),
        Some(Value::String(name)) => {
            // A scheme that is not allowed here is refused by the schema.
            let name = name.to_ascii_lowercase();
            let Some(scheme) = scheme(&name).filter(|scheme| allowed.contains(&scheme.name)) else {
                return;
            };
            Some(scheme)
        }
        Some(_) => return,
    };
    let Some(scheme) = scheme else {
        report.error_in(
            "scheme",
            "unknown-scheme",
            format!(
                "The scheme cannot be told from the identifier; give one of {}.",
                allowed.join(", ")
            ),
        );
        return;
    };

    match scheme.read(text) {
        Some(normal) => {
            item.insert("identifier".to_owned(), normal.into());
        }
        None => report.error_in(
            "identifier",
            "invalid-identifier",
            format!("Invalid {} identifier.", scheme.label),
        ),
    }
    item.insert("scheme".to_owned(), scheme.name.into());
}

/// Who is identified twice in one scheme is two people.
pub(super) fn one_per_scheme(object: &mut Object, report: &mut Report<'_>) {
    let mut seen: HashSet<String> = HashSet::new();
    report.each_object(object, "identifiers", |item, report| {
        if let Some(scheme) = json::text(item, "scheme")
            && !seen.insert(scheme.to_owned())
        {
            report.error("repeated-scheme", "Only one identifier per scheme is allowed.");
        }
    });
}

fn one_of_each(metadata: &mut Object, report: &mut Report<'_>) {
    let mut seen: HashSet<(String, String)> = HashSet::new();
    report.each_object(metadata, "identifiers", |item, report| {
        let scheme = json::text(item, "scheme").unwrap_or_default();
        if let Some(identifier) = json::text(item, "identifier")
            && !seen.insert((scheme.to_owned(), identifier.to_owned()))
        {
            report.error("repeated-identifier", "Only one instance of an identifier is allowed.");
        }
    });
}
