//! Titles, descriptions, subjects and rights.

use repono_sdk::{Value, json};

use crate::{html, identifiers::is_web_address, json};

/// What a statement of copyright means to machines.
const IN_COPYRIGHT: &str = "http://rightsstatements.org/vocab/InC/1.0/";

pub(super) fn titles(metadata: &Value) -> Vec<Value> {
    let main = json::at(metadata, "/title").map(|title| json!({ "title": title }));
    let others = json::list(metadata, "additional_titles").filter_map(|item| typed(item, "title"));
    main.into_iter().chain(others).collect()
}

pub(super) fn descriptions(metadata: &Value) -> Vec<Value> {
    let main = json::at(metadata, "/description")
        .map(|text| json!({ "description": html::plain(text), "descriptionType": "Abstract" }));
    let others = json::list(metadata, "additional_descriptions")
        .filter_map(|item| typed(item, "description"));
    main.into_iter().chain(others).collect()
}

/// A title or description that says what kind it is, and perhaps its language.
fn typed(item: &Value, name: &str) -> Option<Value> {
    let text = item.get(name)?.as_str()?;
    let text = if name == "description" { html::plain(text) } else { text.to_owned() };
    let mut written = json!({ name: text });
    if let Some(kind) = json::at(item, "/type/props/datacite") {
        written[format!("{name}Type")] = kind.into();
    }
    if let Some(language) = json::at(item, "/lang/id") {
        written["lang"] = language.into();
    }
    Some(written)
}

pub(super) fn subjects(metadata: &Value) -> Vec<Value> {
    json::list(metadata, "subjects")
        .filter_map(|item| {
            let name = json::at(item, "/subject").or_else(|| json::english(item.get("title")))?;
            let mut written = json!({ "subject": name });
            if let Some(id) = json::at(item, "/id") {
                if let Some(scheme) = json::at(item, "/scheme") {
                    written["subjectScheme"] = scheme.into();
                }
                if is_web_address(id) {
                    written["valueUri"] = id.into();
                }
            }
            Some(written)
        })
        .collect()
}

pub(super) fn rights(metadata: &Value) -> Vec<Value> {
    let copyright = json::at(metadata, "/copyright")
        .map(|text| json!({ "rights": html::plain(text), "rightsUri": IN_COPYRIGHT }));
    json::list(metadata, "rights").filter_map(right).chain(copyright).collect()
}

fn right(item: &Value) -> Option<Value> {
    let mut written = json!({ "rights": json::english(item.get("title"))? });
    if let Some(id) = json::at(item, "/id") {
        written["rightsIdentifier"] = id.into();
        if let Some(scheme) = json::at(item, "/props/scheme") {
            written["rightsIdentifierScheme"] = scheme.into();
        }
    }
    if let Some(link) = json::at(item, "/props/url").or_else(|| json::at(item, "/link")) {
        written["rightsUri"] = link.into();
    }
    Some(written)
}
