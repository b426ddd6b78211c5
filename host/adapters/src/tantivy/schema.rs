//! How an index definition is laid out in tantivy's fields.

use std::collections::BTreeMap;

use repono_service::ports::{FieldKind, IndexDefinition};
use tantivy::Term;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, STRING, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};

use crate::search::columns::{Column, Columns};
use crate::search::words;

/// Where the parts of a document go.
pub(super) struct Layout {
    pub(super) schema: Schema,
    pub(super) key: Field,
    pub(super) version: Field,
    /// Which fields a document has values of, and whether it is a remembered deletion.
    pub(super) exists: Field,
    /// In the order of commits.
    pub(super) written: Field,
    pub(super) columns: Columns,
    /// By the number of their column.
    slots: BTreeMap<usize, Slot>,
}

/// Where the values of one column go.
pub(super) struct Slot {
    pub(super) field: Field,
    /// Name of the fast column.
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
        let columns = Columns::new(definition);
        let slots = columns.iter().map(|column| (column.number, slot(&mut builder, column)));
        let slots = slots.collect();
        Self { schema: builder.build(), key, version, exists, written, columns, slots }
    }

    pub(super) fn key_term(&self, key: &str) -> Term {
        Term::from_field_text(self.key, key)
    }

    pub(super) fn gone_term(&self) -> Term {
        Term::from_field_text(self.exists, GONE)
    }

    /// Where the values of a column of this index go.
    pub(super) fn slot(&self, column: &Column) -> &Slot {
        &self.slots[&column.number]
    }
}

fn slot(builder: &mut SchemaBuilder, column: &Column) -> Slot {
    let name = &column.name;
    // Numbers are found by their columns: a dictionary for each of many fields would be most of the
    // work of a commit. Truths are not, since there is one in the filter of nearly every search.
    let truth: NumericOptions = NumericOptions::default() | FAST | INDEXED;
    let field = match column.kind {
        FieldKind::Text => builder.add_text_field(name, text_options()),
        FieldKind::Keyword => builder.add_text_field(name, STRING | FAST),
        FieldKind::Long | FieldKind::Date => builder.add_i64_field(name, FAST),
        FieldKind::Boolean => builder.add_bool_field(name, truth),
        FieldKind::Double | FieldKind::GeoPoint => builder.add_f64_field(name, FAST),
    };
    let longitudes = (column.kind == FieldKind::GeoPoint).then(|| {
        let name = format!("{name}_lon");
        (builder.add_f64_field(&name, FAST), name)
    });
    Slot { field, column: name.clone(), longitudes }
}

fn text_options() -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(words::NAME)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    TextOptions::default().set_indexing_options(indexing)
}
