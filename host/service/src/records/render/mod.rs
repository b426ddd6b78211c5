//! Records as their readers see them: `InvenioRDM`'s JSON.
//!
//! One place makes this shape, because the API serves it, lists repeat it, plugins read it, and the
//! cache keeps it (ADR 3).

mod kept;
mod links;
mod shape;

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use repono_domain::{Draft, Parent, Problem, Record, RecordId, dotted};
use serde_json::{Map, Value, json};

use self::shape::{Internal, Means, Shape};
use crate::collections::{Collection, Extent};
use crate::ports::Doc;
use crate::vocabularies::Terms;
use crate::{Context, Services};

pub(crate) use kept::renderer;

/// A record or draft, ready to be sent.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// Its id.
    pub id: RecordId,
    /// The `ETag`.
    pub revision: u64,
    /// JSON text.
    pub json: Bytes,
}

/// How much of a record is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// To everyone who may read it.
    Reader,
    /// To those who may change it.
    Owner,
}

impl View {
    pub(super) fn of(ctx: &Context, parent: &Parent) -> Self {
        if ctx.caller.sees_all_of(parent.owner) { Self::Owner } else { Self::Reader }
    }
}

pub(super) fn record(
    services: &Services,
    collection: &Collection,
    record: &Record,
    view: View,
) -> Rendered {
    let terms = services.terms.load();
    let shape = Shape::of_record(means(services, &terms, collection, Extent::Listed), record, view);
    Rendered { id: record.id, revision: record.revision, json: written(&shape).into() }
}

pub(super) fn draft(
    services: &Services,
    collection: &Collection,
    draft: &Draft,
    problems: &[Problem],
) -> Rendered {
    let terms = services.terms.load();
    let means = means(services, &terms, collection, Extent::Listed);
    let shape = Shape::of_draft(means, draft, problems);
    Rendered { id: draft.id, revision: draft.revision, json: written(&shape).into() }
}

/// A record as every reader sees it, with whole terms, on its way to a plugin: what indexers,
/// exporters and tasks get.
pub(crate) fn record_doc(services: &Services, collection: &Collection, record: &Record) -> Doc {
    let terms = services.terms.load();
    let means = means(services, &terms, collection, Extent::Whole);
    Doc {
        id: record.id.to_string(),
        revision: record.revision,
        schema_version: record.schema.version,
        body: written(&Shape::of_record(means, record, View::Reader)),
    }
}

/// What the host says of a record in its search document, and, unless a plugin does, its metadata.
pub(crate) fn indexed_record(
    services: &Services,
    collection: &Collection,
    record: &Record,
    has_draft: bool,
) -> Map<String, Value> {
    let terms = services.terms.load();
    let means = means(services, &terms, collection, Extent::Whole);
    let mut shape = Shape::of_record(means, record, View::Reader);
    if collection.transforms {
        shape.metadata = None;
    }
    indexed(shape, Internal { kind: "record", owner: record.parent.owner, has_draft })
}

/// The search document of a draft.
pub(crate) fn indexed_draft(
    services: &Services,
    collection: &Collection,
    draft: &Draft,
) -> Map<String, Value> {
    let terms = services.terms.load();
    let means = means(services, &terms, collection, Extent::Whole);
    let internal = Internal { kind: "draft", owner: draft.parent.owner, has_draft: true };
    indexed(Shape::of_draft(means, draft, &[]), internal)
}

fn indexed(mut shape: Shape<'_>, internal: Internal) -> Map<String, Value> {
    shape.links = None;
    shape.internal = Some(internal);
    match serde_json::to_value(shape) {
        Ok(Value::Object(document)) => document,
        other => unreachable!("a shape is an object whose members have names: {other:?}"),
    }
}

fn written(shape: &Shape<'_>) -> String {
    match serde_json::to_string(shape) {
        Ok(written) => written,
        Err(error) => unreachable!("a shape is an object whose members have names: {error}"),
    }
}

fn means<'a>(
    services: &'a Services,
    terms: &'a Terms,
    collection: &'a Collection,
    extent: Extent,
) -> Means<'a> {
    Means { settings: &services.settings, terms, collection, extent }
}

/// Problems as `InvenioRDM` lists them, one entry a field, with what Repono adds.
pub fn problem_list(problems: &[Problem]) -> Value {
    let mut fields: Vec<(String, Vec<&Problem>)> = Vec::new();
    for problem in problems {
        let field = dotted(&problem.at);
        match fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, list)) => list.push(problem),
            None => fields.push((field, vec![problem])),
        }
    }
    let entry = |(field, problems): (String, Vec<&Problem>)| {
        let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let severity =
            if problems.iter().any(|problem| problem.is_error()) { "error" } else { "warning" };
        json!({"field": field, "messages": messages, "code": problems[0].code, "severity": severity})
    };
    fields.into_iter().map(entry).collect()
}

/// RFC 3339 with microseconds and a numeric offset, as Python writes it.
pub fn time(timestamp: Timestamp) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
    PRINTER.timestamp_with_offset_to_string(&timestamp, Offset::UTC)
}

/// A list's records, each as far as the caller may see it.
pub(super) fn hits(
    services: &Arc<Services>,
    collection: &Collection,
    records: &[Record],
    ctx: &Context,
) -> Vec<Rendered> {
    records
        .iter()
        .map(|found| record(services, collection, found, View::of(ctx, &found.parent)))
        .collect()
}
