//! A document in tantivy's terms.

use serde_json::Value;
use tantivy::TantivyDocument;

use super::schema::{GONE, Layout, Slot};
use crate::search::values::Values;

/// A document as it is indexed.
pub(super) fn document(
    layout: &Layout,
    key: &str,
    version: u64,
    written: u64,
    body: Option<&Value>,
) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_text(layout.key, key);
    document.add_u64(layout.version, version);
    document.add_u64(layout.written, written);
    match body {
        Some(body) => add_values(&mut document, layout, body),
        None => document.add_text(layout.exists, GONE),
    }
    document
}

fn add_values(document: &mut TantivyDocument, layout: &Layout, body: &Value) {
    for (column, values) in layout.columns.values(body) {
        document.add_text(layout.exists, &column.name);
        add(document, layout.slot(column), values);
    }
}

fn add(document: &mut TantivyDocument, slot: &Slot, values: Values<'_>) {
    let field = slot.field;
    match values {
        Values::Texts(values) => {
            for value in values {
                document.add_text(field, value);
            }
        }
        Values::Longs(values) | Values::Dates(values) => {
            for value in values {
                document.add_i64(field, value);
            }
        }
        Values::Doubles(values) => {
            for value in values {
                document.add_f64(field, value);
            }
        }
        Values::Truths(values) => {
            for value in values {
                document.add_bool(field, value);
            }
        }
        Values::Points(points) => {
            for (latitude, longitude) in points {
                document.add_f64(field, latitude);
                if let Some((field, _)) = slot.longitudes {
                    document.add_f64(field, longitude);
                }
            }
        }
    }
}
