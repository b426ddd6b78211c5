//! Whether documents are as their collection wants them.

use std::sync::Arc;

use repono_domain::{Document, Problem, RecordId, Severity, Visibility, pointer_step};
use serde_json::{Map, Value, json};

use super::Input;
use crate::collections::Collection;
use crate::plugins::{call, failed};
use crate::ports::{Checked, Doc};
use crate::vocabularies::Terms;
use crate::{Context, Result};

/// Schemas of more documents than this are checked off the runtime's threads.
const INLINE: usize = 4;

/// Normalises a document and finds all its problems.
pub(crate) async fn check(
    ctx: &Context,
    collection: &Arc<Collection>,
    id: RecordId,
    input: Input,
) -> Result<(Document, Vec<Problem>)> {
    let mut checked = check_all(ctx, collection, vec![(id, input)]).await?;
    checked
        .pop()
        .ok_or_else(|| crate::Error::Internal("a check lost its document".to_owned(), None))
}

/// Normalises documents and finds all their problems, by position.
///
/// The plugin comes first, for its normalisation; then the schema, the vocabularies and the host's
/// own rules have their say about what came of it.
pub(crate) async fn check_all(
    ctx: &Context,
    collection: &Arc<Collection>,
    inputs: Vec<(RecordId, Input)>,
) -> Result<Vec<(Document, Vec<Problem>)>> {
    let mut inputs = inputs;
    for (_, input) in &mut inputs {
        let mut metadata = Value::Object(std::mem::take(&mut input.document.metadata));
        collection.schema.forget_shown(&mut metadata);
        if let Value::Object(metadata) = metadata {
            input.document.metadata = metadata;
        }
    }
    if collection.checks {
        let docs = inputs
            .iter()
            .map(|(id, input)| doc(*id, collection.version, &input.document))
            .collect();
        let checked = collection.plugin.check(&call(ctx), collection.name.as_str(), docs).await;
        let checked = checked.map_err(|failure| failed(&collection.plugin, "check", failure))?;
        for ((_, input), checked) in inputs.iter_mut().zip(checked) {
            take(input, checked);
        }
    }

    let today = ctx.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let terms = ctx.terms.load_full();
    let all = inputs.into_iter().map(|(_, input)| input).collect::<Vec<_>>();
    if all.len() <= INLINE {
        return Ok(finish(collection, &terms, today, all));
    }
    let collection = Arc::clone(collection);
    let finished =
        tokio::task::spawn_blocking(move || finish(&collection, &terms, today, all)).await;
    finished.map_err(|source| crate::Error::internal("checking documents broke off", source))
}

/// The body that a plugin's `check` and `migrate` take.
pub(crate) fn doc(id: RecordId, schema_version: u32, document: &Document) -> Doc {
    let body = json!({"metadata": document.metadata, "custom_fields": document.custom_fields, "pids": document.pids});
    Doc { id: id.to_string(), revision: 0, schema_version, body: body.to_string() }
}

/// Takes over what a plugin made of a document.
pub(crate) fn take(input: &mut Input, checked: Checked) {
    input.problems.extend(checked.problems);
    let Some(body) = checked.body else { return };
    let Ok(Value::Object(mut body)) = serde_json::from_str::<Value>(&body) else { return };
    let mut part = |name| match body.remove(name) {
        Some(Value::Object(part)) => Some(part),
        _ => None,
    };
    if let Some(metadata) = part("metadata") {
        input.document.metadata = metadata;
    }
    if let Some(custom_fields) = part("custom_fields") {
        input.document.custom_fields = custom_fields;
    }
}

fn finish(
    collection: &Collection,
    terms: &Terms,
    today: jiff::civil::Date,
    inputs: Vec<Input>,
) -> Vec<(Document, Vec<Problem>)> {
    let finish_one = |mut input: Input| {
        let metadata = Value::Object(std::mem::take(&mut input.document.metadata));
        input.problems.extend(collection.schema.problems("/metadata", &metadata, terms));
        if let Value::Object(metadata) = metadata {
            input.document.metadata = metadata;
        }
        host_rules(&mut input, today);
        // One field, one message of a kind: the plugin and the schema may say the same.
        let mut seen = std::collections::HashSet::new();
        input.problems.retain(|problem| seen.insert((problem.at.clone(), problem.code.clone())));
        (input.document, input.problems)
    };
    inputs.into_iter().map(finish_one).collect()
}

fn host_rules(input: &mut Input, today: jiff::civil::Date) {
    for name in input.document.custom_fields.keys() {
        let message = "Unknown field name: no active schema extends this collection with it.";
        input.problems.push(Problem::error(
            format!("/custom_fields/{}", pointer_step(name)),
            "unknown-field",
            message,
        ));
    }
    pids(&input.document.pids, &mut input.problems);
    let access = &input.document.access;
    if access.embargo.active {
        match access.embargo.until {
            None => input.problems.push(Problem::error(
                "/access/embargo/until",
                "required",
                "Embargo end date must be set if embargo is active.",
            )),
            Some(until) if until <= today => {
                input.problems.push(Problem::error(
                    "/access/embargo/until",
                    "in-the-past",
                    "Embargo end date must be a future date.",
                ));
            }
            Some(_) => {}
        }
        if access.record == Visibility::Public && access.files == Visibility::Public {
            let message = "Embargo must be removed, or the record or its files be restricted: nothing is hidden by it.";
            input.problems.push(Problem::error(
                "/access/embargo/active",
                "without-effect",
                message,
            ));
        }
    }
}

fn pids(pids: &Map<String, Value>, problems: &mut Vec<Problem>) {
    for (scheme, pid) in pids {
        let at = format!("/pids/{}", pointer_step(scheme));
        let text = |name: &str| pid.get(name).and_then(Value::as_str);
        match scheme.as_str() {
            "oai" => {}
            "doi" => match (text("provider"), text("identifier")) {
                (Some("external"), Some(identifier))
                    if identifier.starts_with("10.") && identifier.contains('/') => {}
                (Some("external"), None | Some("")) => {
                    problems.push(Problem::error(
                        format!("{at}/identifier"),
                        "required",
                        "Missing DOI for required field.",
                    ));
                }
                (Some("external"), Some(_)) => {
                    problems.push(Problem::error(
                        format!("{at}/identifier"),
                        "invalid",
                        "This is not a DOI: it begins with 10. and has a slash.",
                    ));
                }
                (Some("datacite" | "crossref"), _) => {}
                _ => {
                    let message = "Invalid persistent identifier provider: use \"external\" for a DOI that you bring, or leave it out to get one.";
                    problems.push(Problem::error(format!("{at}/provider"), "invalid", message));
                }
            },
            _ => problems.push(Problem {
                severity: Severity::Error,
                ..Problem::error(
                    at,
                    "unknown-scheme",
                    "Invalid value: this repository keeps identifiers of the schemes doi and oai.",
                )
            }),
        }
    }
}
