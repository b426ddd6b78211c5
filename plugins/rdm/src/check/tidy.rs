//! Tidying that needs to know little of a field: texts, HTML, references to vocabularies.

use repono_sdk::Value;

use crate::{html, json::Object, text};

/// What readers see beside the id of a vocabulary term. Who sends back what they read means the id.
const SHOWN: [&str; 13] = [
    "title",
    "name",
    "identifiers",
    "description",
    "icon",
    "props",
    "link",
    "country",
    "scheme",
    "subject",
    "acronym",
    "number",
    "program",
];

/// Tidies all members of the metadata.
pub(super) fn members(metadata: &mut Object) {
    metadata.values_mut().for_each(value);

    sanitise(metadata, "description");
    sanitise(metadata, "copyright");
    if let Some(Value::Array(descriptions)) = metadata.get_mut("additional_descriptions") {
        for description in descriptions.iter_mut().filter_map(Value::as_object_mut) {
            sanitise(description, "description");
        }
    }
}

/// Goes as deep as the document does, which the parser has limited.
fn value(value: &mut Value) {
    match value {
        Value::String(string) => {
            if let Some(cleaned) = text::cleaned(string) {
                *string = cleaned;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(self::value),
        Value::Object(members) => {
            members.values_mut().for_each(self::value);
            if members.get("id").is_some_and(Value::is_string) {
                members.retain(|key, _| !SHOWN.contains(&key.as_str()));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn sanitise(object: &mut Object, key: &str) {
    if let Some(Value::String(string)) = object.get_mut(key)
        && let Some(clean) = html::sanitised(string)
    {
        // Where a tag went, a blank may have come to an end.
        *string = text::cleaned(&clean).unwrap_or(clean);
    }
}
