//! The fields of an index, numbered.
//!
//! An engine has a field by its number rather than by its path: a path may hold characters that an
//! engine gives a meaning to, and one path may begin another.

use std::collections::BTreeMap;

use repono_service::ports::{FieldKind, IndexDefinition};

/// By path.
pub(crate) struct Columns(BTreeMap<String, Column>);

/// One field.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) kind: FieldKind,
    /// Its place in the definition.
    pub(crate) number: usize,
    /// What an engine calls it.
    pub(crate) name: String,
    /// The parts of its path.
    pub(crate) steps: Vec<String>,
}

impl Columns {
    pub(crate) fn new(definition: &IndexDefinition) -> Self {
        let mut columns = BTreeMap::new();
        for (number, field) in definition.fields.iter().enumerate() {
            columns.entry(field.path.clone()).or_insert_with(|| Column {
                kind: field.kind,
                number,
                name: format!("f{number}"),
                steps: field.path.split('.').map(str::to_owned).collect(),
            });
        }
        Self(columns)
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Column> {
        self.0.get(path)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Column> {
        self.0.values()
    }
}
