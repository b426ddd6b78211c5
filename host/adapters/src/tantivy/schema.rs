//! How an index definition is laid out in tantivy's fields.
//!
//! Fields are numbered in the order of the definition rather than named by path: a path may hold
//! characters that tantivy gives a meaning to.

use std::collections::BTreeMap;

use repono_service::ports::{FieldKind, IndexDefinition};
use tantivy::Term;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, STRING, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};

use super::words;

/// Where the parts of a document go.
pub(super) struct Layout {
    pub(super) schema: Schema,
    pub(super) key: Field,
    pub(super) version: Field,
    /// Which fields a document has values of, and whether it is a remembered deletion.
    pub(super) exists: Field,
    /// In the order of commits.
    pub(super) written: Field,
    /// By path.
    pub(super) slots: BTreeMap<String, Slot>,
}

/// Where the values of one field go.
pub(super) struct Slot {
    pub(super) kind: FieldKind,
    pub(super) steps: Vec<String>,
    pub(super) field: Field,
    /// Name of the fast column, and the field's term of `_exists`.
    pub(super) column: String,
    /// Longitudes of points, in the order of the latitudes in `field`.
    pub(super) longitudes: Option<(Field, String)>,
}

/// Names of the columns that every index has.
pub(super) const KEY: &str = "_key";
pub(super) const VERSION: &str = "_version";
pub(super) const WRITTEN: &str = "_written";

/// Term of `_exists` that marks a remembered deletion.
pub(super) const GONE: &str = "gone";

impl Layout {
    pub(super) fn new(definition: &IndexDefinition) -> Self {
        let mut builder = Schema::builder();
        let key = builder.add_text_field(KEY, STRING | FAST);
        let version = builder.add_u64_field(VERSION, FAST);
        let exists = builder.add_text_field("_exists", STRING);
        let written = builder.add_u64_field(WRITTEN, FAST);
        let mut slots = BTreeMap::new();
        for (number, field) in definition.fields.iter().enumerate() {
            slots
                .entry(field.path.clone())
                .or_insert_with(|| slot(&mut builder, number, &field.path, field.kind));
        }
        Self { schema: builder.build(), key, version, exists, written, slots }
    }

    pub(super) fn key_term(&self, key: &str) -> Term {
        Term::from_field_text(self.key, key)
    }

    pub(super) fn gone_term(&self) -> Term {
        Term::from_field_text(self.exists, GONE)
    }

    pub(super) fn slot(&self, path: &str) -> Option<&Slot> {
        self.slots.get(path)
    }
}

fn slot(builder: &mut SchemaBuilder, number: usize, path: &str, kind: FieldKind) -> Slot {
    let column = format!("f{number}");
    // Numbers are found by their columns: a dictionary for each of many fields would be most of the
    // work of a commit. Truths are not, since there is one in the filter of nearly every search.
    let truth: NumericOptions = NumericOptions::default() | FAST | INDEXED;
    let field = match kind {
        FieldKind::Text => builder.add_text_field(&column, text_options()),
        FieldKind::Keyword => builder.add_text_field(&column, STRING | FAST),
        FieldKind::Long | FieldKind::Date => builder.add_i64_field(&column, FAST),
        FieldKind::Boolean => builder.add_bool_field(&column, truth),
        FieldKind::Double | FieldKind::GeoPoint => builder.add_f64_field(&column, FAST),
    };
    let longitudes = (kind == FieldKind::GeoPoint).then(|| {
        let column = format!("f{number}_lon");
        (builder.add_f64_field(&column, FAST), column)
    });
    Slot { kind, steps: path.split('.').map(str::to_owned).collect(), field, column, longitudes }
}

fn text_options() -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(words::NAME)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    TextOptions::default().set_indexing_options(indexing)
}
