//! Counting values.

use std::collections::HashMap;

use repono_service::ports::{Bucket, Facet, FacetCounts, FacetKind, FieldKind};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::layout::years;
use crate::search::columns::{Column, Columns};

/// Values of one facet that are counted.
const MOST_VALUES: usize = 10_000;

/// The cluster's `aggs`, named by the places of the facets: their own names may hold anything.
pub(super) fn said(columns: &Columns, facets: &[Facet], size: usize) -> Option<Value> {
    let size = size.min(MOST_VALUES);
    let counted = facets.iter().enumerate().filter_map(|(place, facet)| {
        Some((place.to_string(), aggregation(columns, &facet.kind, size)?))
    });
    let counted: Map<_, _> = counted.collect();
    (size > 0 && !counted.is_empty()).then_some(Value::Object(counted))
}

/// `None` if the index has no such field, or it cannot be counted.
fn aggregation(columns: &Columns, kind: &FacetKind, size: usize) -> Option<Value> {
    let countable = |path: &str| {
        columns
            .get(path)
            .filter(|column| !matches!(column.kind, FieldKind::Text | FieldKind::GeoPoint))
    };
    let terms = |column: &Column| json!({ "field": column.name, "size": size });
    Some(match kind {
        FacetKind::Terms { field } => json!({ "terms": terms(countable(field)?) }),
        FacetKind::Nested { field, inner } => json!({
            "terms": terms(countable(field)?),
            "aggs": { "inner": { "terms": terms(countable(inner)?) } },
        }),
        FacetKind::Years { field } => {
            let column = columns.get(field).filter(|column| column.kind == FieldKind::Date)?;
            let field = years(&column.name);
            json!({ "terms": { "field": field, "size": size, "order": { "_key": "desc" } } })
        }
    })
}

/// A counted facet, as the cluster answers.
#[derive(Deserialize)]
pub(super) struct Counted {
    buckets: Vec<Counts>,
}

#[derive(Deserialize)]
struct Counts {
    key: Value,
    doc_count: u64,
    inner: Option<Counted>,
}

/// In the order asked for.
pub(super) fn read(facets: &[Facet], mut counted: HashMap<String, Counted>) -> Vec<FacetCounts> {
    let mut counts = |place: usize, facet: &Facet| {
        let buckets = counted.remove(&place.to_string()).map(|counted| counted.buckets);
        let mut buckets: Vec<_> =
            buckets.into_iter().flatten().map(|counts| bucket(&facet.kind, counts)).collect();
        if let FacetKind::Years { .. } = facet.kind {
            buckets.reverse();
        }
        FacetCounts { name: facet.name.clone(), buckets }
    };
    facets.iter().enumerate().map(|(place, facet)| counts(place, facet)).collect()
}

fn bucket(kind: &FacetKind, counts: Counts) -> Bucket {
    let key = match (kind, counts.key) {
        (FacetKind::Years { .. }, Value::Number(year)) => {
            format!("{:04}", year.as_i64().unwrap_or_default())
        }
        (_, Value::String(key)) => key,
        (_, Value::Number(number)) if number.is_f64() => {
            number.as_f64().unwrap_or_default().to_string()
        }
        (_, other) => other.to_string(),
    };
    let inner = counts.inner.into_iter().flat_map(|inner| inner.buckets);
    Bucket {
        key,
        count: counts.doc_count,
        inner: inner.map(|counts| bucket(kind, counts)).collect(),
    }
}
