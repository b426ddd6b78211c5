//! Creators and contributors.

use repono_sdk::{Value, json};

use super::identifiers::preferred;
use crate::{
    identifiers::scheme,
    json::{self, Object},
};

/// Of all an organisation's identifiers, readers know these best.
const AFFILIATION_SCHEMES: [&str; 4] = ["ror", "isni", "gnd", "grid"];

pub(super) fn creators(metadata: &Value) -> Vec<Value> {
    json::list(metadata, "creators").filter_map(contribution).map(Value::from).collect()
}

pub(super) fn contributors(metadata: &Value) -> Vec<Value> {
    json::list(metadata, "contributors")
        .filter_map(|item| {
            let mut written = contribution(item)?;
            let kind = json::at(item, "/role/props/datacite").unwrap_or("Other");
            written.insert("contributorType".to_owned(), kind.into());
            Some(written.into())
        })
        .collect()
}

fn contribution(item: &Value) -> Option<Object> {
    let who = item.get("person_or_org")?;
    let mut written = Object::new();
    json::put(&mut written, "name", json::at(who, "/name"));
    json::put(&mut written, "nameType", json::at(who, "/type").and_then(name_type));
    json::put(&mut written, "givenName", json::at(who, "/given_name"));
    json::put(&mut written, "familyName", json::at(who, "/family_name"));
    let identifiers: Vec<Value> =
        json::list(who, "identifiers").filter_map(name_identifier).collect();
    written.insert("nameIdentifiers".to_owned(), identifiers.into());
    json::put_list(
        &mut written,
        "affiliation",
        json::list(item, "affiliations").filter_map(affiliation).collect(),
    );

    Some(written)
}

fn name_type(kind: &str) -> Option<&'static str> {
    match kind {
        "personal" => Some("Personal"),
        "organizational" => Some("Organizational"),
        _ => None,
    }
}

fn name_identifier(item: &Value) -> Option<Value> {
    let identifier = json::at(item, "/identifier")?;
    let scheme = scheme(json::at(item, "/scheme")?)?;
    Some(json!({ "nameIdentifier": identifier, "nameIdentifierScheme": scheme.datacite }))
}

fn affiliation(item: &Value) -> Option<Value> {
    let name = json::at(item, "/name").or_else(|| json::english(item.get("title")))?;
    let mut written = json!({ "name": name });
    if let Some((scheme, identifier)) = preferred(item, &AFFILIATION_SCHEMES) {
        written["affiliationIdentifier"] = link(scheme.name, identifier).into();
        written["affiliationIdentifierScheme"] = scheme.datacite.into();
    }
    Some(written)
}

/// DataCite wants RORs as links, and other identifiers as they are.
pub(super) fn link(scheme: &str, identifier: &str) -> String {
    match scheme {
        "ror" => format!("https://ror.org/{identifier}"),
        _ => identifier.to_owned(),
    }
}
