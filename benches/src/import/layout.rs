//! The server's index definition of `records` in tantivy's terms: the same fields, analysed alike.

use std::path::Path;

use anyhow::Context as _;
use repono_sdk::{Schema as _, Value};
use repono_service::collections::SearchSpec;
use repono_service::ports::{FieldKind, IndexDefinition};
use repono_service::query::date_span;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, STRING, Schema, TextFieldIndexing,
    TextOptions,
};
use tantivy::tokenizer::{AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer};
use tantivy::{Index, TantivyDocument};

const WORDS: &str = "words";

/// What the server indexes of a record.
pub(super) fn definition() -> anyhow::Result<IndexDefinition> {
    let collections = rdm::Rdm::collections();
    let collection = collections.first().context("the plugin makes no collection")?;
    let spec = SearchSpec::read(collection.search_json(), None);
    Ok(spec.map_err(|reason| anyhow::anyhow!("{reason}"))?.definition)
}

/// Where the fields of a definition are in an index.
pub(super) struct Layout {
    schema: Schema,
    slots: Vec<Slot>,
}

struct Slot {
    steps: Vec<String>,
    kind: FieldKind,
    field: Field,
}

impl Layout {
    pub(super) fn of(definition: &IndexDefinition) -> Self {
        let mut builder = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(WORDS)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = TextOptions::default().set_indexing_options(indexing);
        let number: NumericOptions = NumericOptions::default() | FAST | INDEXED;
        let mut slots = Vec::new();
        for (place, field) in definition.fields.iter().enumerate() {
            let name = format!("f{place}");
            let kind = field.kind;
            let steps = field.path.split('.').map(str::to_owned).collect();
            let field = match kind {
                FieldKind::Text => builder.add_text_field(&name, text.clone()),
                FieldKind::Keyword => builder.add_text_field(&name, STRING | FAST),
                FieldKind::Long | FieldKind::Date => builder.add_i64_field(&name, number.clone()),
                FieldKind::Double => builder.add_f64_field(&name, number.clone()),
                FieldKind::Boolean => builder.add_bool_field(&name, number.clone()),
                // Latitudes and longitudes, one after the other.
                FieldKind::GeoPoint => builder.add_f64_field(&name, FAST),
            };
            slots.push(Slot { steps, kind, field });
        }
        Self { schema: builder.build(), slots }
    }

    /// An empty index in a folder.
    pub(super) fn index(&self, folder: &Path) -> anyhow::Result<Index> {
        std::fs::create_dir_all(folder)?;
        let index = Index::create_in_dir(folder, self.schema.clone())?;
        let words = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter)
            .build();
        index.tokenizers().register(WORDS, words);
        Ok(index)
    }

    pub(super) fn document(&self, body: &Value) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        for slot in &self.slots {
            walk(body, &slot.steps, &mut |value| add(&mut document, slot, value));
        }
        document
    }
}

/// Shows the values at a dotted path; arrays are entered.
fn walk(value: &Value, steps: &[String], each: &mut impl FnMut(&Value)) {
    match (steps, value) {
        (_, Value::Array(items)) => items.iter().for_each(|item| walk(item, steps, each)),
        ([step, rest @ ..], Value::Object(members)) => {
            if let Some(member) = members.get(step) {
                walk(member, rest, each);
            }
        }
        ([], value) => each(value),
        _ => {}
    }
}

fn add(document: &mut TantivyDocument, slot: &Slot, value: &Value) {
    let Slot { field, kind, .. } = slot;
    match (kind, value) {
        (FieldKind::Text | FieldKind::Keyword, Value::String(text)) => {
            document.add_text(*field, text);
        }
        (FieldKind::Long, Value::Number(number)) => {
            if let Some(number) = number.as_i64() {
                document.add_i64(*field, number);
            }
        }
        (FieldKind::Double, Value::Number(number)) => {
            if let Some(number) = number.as_f64() {
                document.add_f64(*field, number);
            }
        }
        (FieldKind::Boolean, Value::Bool(value)) => document.add_bool(*field, *value),
        (FieldKind::Date, Value::String(text)) => {
            if let Some((begin, _)) = date_span(text) {
                document.add_i64(*field, begin.as_microsecond());
            }
        }
        (FieldKind::GeoPoint, Value::Object(point)) => {
            for degrees in ["lat", "lon"].iter().filter_map(|name| point.get(*name)?.as_f64()) {
                document.add_f64(*field, degrees);
            }
        }
        _ => {}
    }
}
