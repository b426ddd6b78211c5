//! What the agency is told of a record: its collection's export for DataCite, with what only the host
//! knows of versions, held against DataCite's rules.

use std::sync::{Arc, LazyLock};

use repono_domain::{Doi, Problem, Record, dotted};
use serde_json::{Map, Value, json};

use crate::collections::{Collection, Schema};
use crate::records::{export_json, record_doc};
use crate::vocabularies::Terms;
use crate::{Context, Error, Result};

/// Of the format that describes a record to DataCite.
const MEDIA_TYPE: &str = "application/vnd.datacite.datacite+json";
/// Versions of a work that its DOI names, the latest.
const MOST_VERSIONS: usize = 200;

/// The rules of DataCite's metadata schema 4.5. The file is of Invenio's library for DataCite, under the
/// licence beside it.
static RULES: LazyLock<Result<Schema, String>> = LazyLock::new(|| {
    let rules = serde_json::from_str(include_str!("datacite-v4.5.json"));
    rules.map_err(|error| error.to_string()).and_then(|rules: Value| Schema::compile(&rules))
});

/// What a DOI names.
#[derive(Clone, Copy)]
pub(super) enum Named<'a> {
    /// This version.
    Version(&'a Record),
    /// All versions of a work, of which this is the latest.
    Work(&'a Record),
}

impl<'a> Named<'a> {
    /// The version that says what is to be said.
    pub(super) fn record(self) -> &'a Record {
        match self {
            Self::Version(record) | Self::Work(record) => record,
        }
    }
}

/// Metadata that keeps DataCite's rules.
///
/// # Errors
/// `Invalid` with all that is wrong with it, or because the collection has no format for it.
pub(super) async fn metadata(
    ctx: &Context,
    collection: &Arc<Collection>,
    named: Named<'_>,
) -> Result<Map<String, Value>> {
    let record = named.record();
    let mut doc = record_doc(&ctx.services, collection, record);
    if let Named::Work(_) = named {
        doc.body = as_work(&doc.body, record)?;
    }
    let exported = export_json(ctx, &collection.name, MEDIA_TYPE, doc).await;
    let exported = exported.map_err(|error| match error {
        Error::NotFound(_) => Error::Invalid(format!(
            "no plugin describes records of {} to DataCite: their DOIs are registered once an active one has a format {MEDIA_TYPE} for them",
            collection.name
        )),
        error => error,
    })?;
    let Value::Object(mut metadata) = exported else {
        return Err(Error::Invalid(format!(
            "what a plugin wrote of {} for DataCite is no JSON object",
            record.id
        )));
    };
    if let Some(places) = metadata.get_mut("geoLocations") {
        numbers(places);
    }
    relate(&mut metadata, &relations(ctx, named).await?);
    hold_against_the_rules(&metadata, record)?;
    Ok(metadata)
}

/// The latest version under the name of its work.
fn as_work(body: &str, record: &Record) -> Result<String> {
    let mut body: Value = serde_json::from_str(body)
        .map_err(|error| Error::internal("a record was not written as JSON", error))?;
    body["id"] = json!(record.parent.id);
    body["pids"] = Value::Object(record.parent.pids.clone());
    let page = body.pointer("/links/parent_html").cloned().unwrap_or_default();
    body["links"]["self_html"] = page;
    // It is no version of itself.
    body["parent"]["pids"] = json!({});
    Ok(body.to_string())
}

/// What versions and works are to one another, as far as their DOIs are of this repository.
async fn relations(ctx: &Context, named: Named<'_>) -> Result<Vec<(&'static str, String)>> {
    let record = named.record();
    let versions = ctx.database.versions(record.parent.id).await?;
    let (relation, wanted): (_, Vec<_>) = match named {
        Named::Work(_) => {
            ("HasVersion", versions.iter().map(|(_, id)| *id).take(MOST_VERSIONS).collect())
        }
        Named::Version(_) => {
            let earlier = versions.iter().find(|(index, _)| *index < record.version_index);
            ("IsNewVersionOf", earlier.map(|(_, id)| *id).into_iter().collect())
        }
    };
    let stored = ctx.database.stored(&wanted).await?;
    let others = stored.into_iter().filter_map(|stored| stored.record);
    let others = others.filter(Record::is_public);
    let mut relations: Vec<_> = others
        .filter_map(|other| Some((relation, Doi::own(other.id, &other.document.pids)?.to_owned())))
        .collect();
    if let Named::Version(_) = named
        && let Some(work) = Doi::own(record.parent.id, &record.parent.pids)
    {
        relations.push(("IsVersionOf", work.to_owned()));
    }
    Ok(relations)
}

/// Adds relations that the plugin has not written itself.
fn relate(metadata: &mut Map<String, Value>, relations: &[(&'static str, String)]) {
    let related = metadata.entry("relatedIdentifiers").or_insert_with(|| json!([]));
    let Value::Array(related) = related else { return };
    for (relation, doi) in relations {
        let is_there = |other: &Value| {
            other["relationType"] == *relation && other["relatedIdentifier"] == doi.as_str()
        };
        if !related.iter().any(is_there) {
            related.push(json!({
                "relatedIdentifier": doi,
                "relatedIdentifierType": "DOI",
                "relationType": relation,
            }));
        }
    }
}

/// Coordinates are numbers to DataCite's rules, and texts in `InvenioRDM`'s export, which plugins write.
fn numbers(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(numbers),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name.ends_with("itude") => {
                        if let Ok(number) = text.parse::<serde_json::Number>() {
                            *member = Value::Number(number);
                        }
                    }
                    member => numbers(member),
                }
            }
        }
        _ => {}
    }
}

fn hold_against_the_rules(metadata: &Map<String, Value>, record: &Record) -> Result<()> {
    let rules = RULES.as_ref().map_err(|why| {
        Error::Internal(format!("the rules of DataCite cannot be read: {why}"), None)
    })?;
    let metadata = Value::Object(metadata.clone());
    let problems = rules.problems("", &metadata, &Terms::default());
    if problems.is_empty() {
        return Ok(());
    }
    let told = |Problem { at, message, .. }: &Problem| format!("{}: {message}", dotted(at));
    let told: Vec<_> = problems.iter().map(told).collect();
    Err(Error::Invalid(format!(
        "what is said of {} does not keep the rules of DataCite 4.5: {}",
        record.id,
        told.join(" ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_become_numbers_and_nothing_else_does() {
        let mut places = json!([
            {"geoLocationPlace": "1", "geoLocationPoint": {"pointLongitude": "6.05", "pointLatitude": "-46"}},
            {"geoLocationBox": {"westBoundLongitude": "1", "northBoundLatitude": "no number"}},
            {"geoLocationPolygon": [{"polygonPoint": {"pointLongitude": 7, "pointLatitude": "8"}}]},
        ]);

        numbers(&mut places);

        assert_eq!(
            places,
            json!([
                {"geoLocationPlace": "1", "geoLocationPoint": {"pointLongitude": 6.05, "pointLatitude": -46}},
                {"geoLocationBox": {"westBoundLongitude": 1, "northBoundLatitude": "no number"}},
                {"geoLocationPolygon": [{"polygonPoint": {"pointLongitude": 7, "pointLatitude": 8}}]},
            ])
        );
    }

    #[test]
    fn a_relation_is_said_once() {
        let mut metadata = Map::new();
        for _ in 0..2 {
            relate(&mut metadata, &[("IsVersionOf", "10.5072/a".to_owned())]);
        }

        assert_eq!(
            metadata["relatedIdentifiers"],
            json!([{"relatedIdentifier": "10.5072/a", "relatedIdentifierType": "DOI", "relationType": "IsVersionOf"}])
        );
    }

    #[test]
    fn the_rules_find_all_that_is_wrong() {
        let rules = RULES.as_ref().unwrap();
        let least = json!({
            "types": {"resourceTypeGeneral": "Dataset", "resourceType": ""},
            "titles": [{"title": "Minerals"}],
            "creators": [{"name": "Brown, Troy", "nameType": "Personal", "nameIdentifiers": []}],
            "contributors": [{"name": "Acme", "contributorType": "Other"}],
            "publisher": {"name": "Acme"},
            "publicationYear": "2026",
            "schemaVersion": "http://datacite.org/schema/kernel-4",
        });
        let mut wrong = least.clone();
        wrong["types"]["resourceTypeGeneral"] = json!("Rock");
        wrong["publicationYear"] = json!("soon");
        wrong["titles"] = json!([]);
        wrong.as_object_mut().unwrap().remove("publisher");

        let problems = |value| rules.problems("", value, &Terms::default());

        assert_eq!(problems(&least), []);
        let mut fields: Vec<_> =
            problems(&wrong).iter().map(|problem| dotted(&problem.at)).collect();
        fields.sort();
        assert_eq!(fields, ["publicationYear", "publisher", "titles", "types.resourceTypeGeneral"]);
    }
}
