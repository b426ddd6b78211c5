//! Identifiers of the record, and of what it is related to.

use repono_sdk::{Value, json};

use crate::{
    identifiers::{Scheme, scheme},
    json,
};

/// What DataCite 4.5 knows as `relatedIdentifierType`; its list of these is closed.
const RELATED_TYPES: [&str; 19] = [
    "ARK", "arXiv", "bibcode", "DOI", "EAN13", "EISSN", "Handle", "IGSN", "ISBN", "ISSN", "ISTC",
    "LISSN", "LSID", "PMID", "PURL", "UPC", "URL", "URN", "w3id",
];

/// Where else the record is: its page, its other PIDs, and what its depositor named. A DOI among
/// the latter would be a second one of the same record, which DataCite refuses.
pub(super) fn alternate(record: &Value, metadata: &Value) -> Vec<Value> {
    let page = json::at(record, "/links/self_html").map(|page| (page, "URL"));
    let pids = record.get("pids").and_then(Value::as_object).into_iter().flatten();
    let pids = pids.filter_map(|(name, pid)| {
        Some((
            json::at(pid, "/identifier")?,
            scheme(name).map_or(name.as_str(), |scheme| scheme.datacite),
        ))
    });
    let named = json::list(metadata, "identifiers").filter_map(of_item);

    page.into_iter()
        .chain(pids)
        .chain(named.map(|(identifier, scheme)| (identifier, scheme.datacite)))
        .filter(|(_, kind)| *kind != "DOI")
        .map(|(identifier, kind)| json!({ "alternateIdentifier": identifier, "alternateIdentifierType": kind }))
        .collect()
}

/// What the record is related to: works, all its versions as one, its communities.
pub(super) fn related(record: &Value, metadata: &Value) -> Vec<Value> {
    let works = json::list(metadata, "related_identifiers").filter_map(work);
    let versions = json::at(record, "/parent/pids/doi/identifier")
        .map(|doi| relation(doi, "IsVersionOf", "DOI"));
    let communities = record.pointer("/parent/communities").unwrap_or(&Value::Null);
    let communities = json::list(communities, "entries").filter_map(|community| {
        let site = json::at(record, "/links/self_html")?.split_once("/records/")?.0;
        let slug = json::at(community, "/slug")?;
        Some(relation(&format!("{site}/communities/{slug}"), "IsPartOf", "URL"))
    });

    works.chain(versions).chain(communities).collect()
}

fn work(item: &Value) -> Option<Value> {
    let (identifier, scheme) = of_item(item)?;
    if !RELATED_TYPES.contains(&scheme.datacite) {
        return None;
    }
    let mut written =
        relation(identifier, json::at(item, "/relation_type/props/datacite")?, scheme.datacite);
    if let Some(kind) = item.get("resource_type") {
        written["resourceTypeGeneral"] =
            json::at(kind, "/props/datacite_general").unwrap_or("Other").into();
    }
    Some(written)
}

fn relation(identifier: &str, relation: &str, kind: &str) -> Value {
    json!({ "relatedIdentifier": identifier, "relationType": relation, "relatedIdentifierType": kind })
}

/// The identifier of the first scheme that an object has one of.
pub(super) fn preferred<'a>(
    object: &'a Value,
    schemes: &[&str],
) -> Option<(&'static Scheme, &'a str)> {
    schemes.iter().find_map(|name| {
        let mut identifiers = json::list(object, "identifiers");
        let identifier = identifiers.find(|item| json::at(item, "/scheme") == Some(name))?;
        Some((scheme(name)?, json::at(identifier, "/identifier")?))
    })
}

fn of_item(item: &Value) -> Option<(&str, &'static Scheme)> {
    Some((json::at(item, "/identifier")?, scheme(json::at(item, "/scheme")?)?))
}
