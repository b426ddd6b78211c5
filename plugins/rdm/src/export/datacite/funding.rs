//! Funders and awards.

use repono_sdk::{Value, json};

use super::{identifiers::preferred, people::link};
use crate::json;

const FUNDER_SCHEMES: [&str; 6] = ["ror", "crossreffunderid", "doi", "grid", "isni", "gnd"];
const AWARD_SCHEMES: [&str; 2] = ["doi", "url"];

pub(super) fn references(metadata: &Value) -> Vec<Value> {
    json::list(metadata, "funding").filter_map(reference).collect()
}

fn reference(funding: &Value) -> Option<Value> {
    let funder = funding.get("funder")?;
    let name = json::at(funder, "/name").or_else(|| json::english(funder.get("title")))?;
    let mut written = json!({ "funderName": name });
    if let Some((scheme, identifier)) = preferred(funder, &FUNDER_SCHEMES) {
        written["funderIdentifier"] = link(scheme.name, identifier).into();
        written["funderIdentifierType"] = funder_type(scheme.name).into();
    }
    if let Some(award) = funding.get("award") {
        if let Some(title) = json::english(award.get("title")) {
            written["awardTitle"] = title.into();
        }
        if let Some(number) = json::at(award, "/number") {
            written["awardNumber"] = number.into();
        }
        if let Some((scheme, identifier)) = preferred(award, &AWARD_SCHEMES) {
            let link = if scheme.name == "doi" {
                format!("https://doi.org/{identifier}")
            } else {
                identifier.to_owned()
            };
            written["awardUri"] = link.into();
        }
    }
    Some(written)
}

/// DataCite's list of these is closed. A funder's DOI is one of Crossref's registry.
fn funder_type(scheme: &str) -> &'static str {
    match scheme {
        "ror" => "ROR",
        "crossreffunderid" | "doi" => "Crossref Funder ID",
        "grid" => "GRID",
        "isni" => "ISNI",
        _ => "Other",
    }
}
