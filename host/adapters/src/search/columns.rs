//! The fields of an index, numbered.
//!
//! An engine has a field by its number rather than by its path: a path may hold characters that an
//! engine gives a meaning to, and one path may begin another.

use std::collections::BTreeMap;

use repono_service::ports::{FieldKind, IndexDefinition};
use serde_json::Value;

use super::values::Values;

/// In the order of their paths.
pub(crate) struct Columns {
    /// Sorted by path.
    columns: Vec<Column>,
    root: Node,
}

/// One field.
#[derive(Debug)]
pub(crate) struct Column {
    path: String,
    pub(crate) kind: FieldKind,
    /// Its place in the definition.
    pub(crate) number: usize,
    /// What an engine calls it.
    pub(crate) name: String,
}

/// A step on the way to columns: a document is walked once for all of them.
#[derive(Default)]
struct Node {
    /// The column whose path ends here, by its place.
    column: Option<usize>,
    members: BTreeMap<String, Node>,
}

impl Columns {
    pub(crate) fn new(definition: &IndexDefinition) -> Self {
        let mut by_path = BTreeMap::new();
        for (number, field) in definition.fields.iter().enumerate() {
            by_path.entry(&field.path).or_insert((number, field.kind));
        }
        let mut root = Node::default();
        let mut columns = Vec::with_capacity(by_path.len());
        for (place, (path, (number, kind))) in by_path.into_iter().enumerate() {
            let end = path
                .split('.')
                .fold(&mut root, |node, step| node.members.entry(step.to_owned()).or_default());
            end.column = Some(place);
            columns.push(Column { path: path.clone(), kind, number, name: format!("f{number}") });
        }
        Self { columns, root }
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Column> {
        let place = self.columns.binary_search_by(|column| column.path.as_str().cmp(path)).ok()?;
        self.columns.get(place)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter()
    }

    /// What a document has that fits its column, and the column, where there is any.
    pub(crate) fn values<'d>(
        &self,
        document: &'d Value,
    ) -> impl Iterator<Item = (&Column, Values<'d>)> {
        let mut found = vec![Vec::new(); self.columns.len()];
        self.root.enter(document, &mut found);
        let values = self.columns.iter().zip(found).filter(|(_, found)| !found.is_empty());
        values
            .map(|(column, found)| (column, Values::of(column.kind, &found)))
            .filter(|(_, values)| !values.is_empty())
    }
}

impl Node {
    /// Arrives with a value: an array at a path's end is its value as a whole.
    fn visit<'d>(&self, value: &'d Value, found: &mut [Vec<&'d Value>]) {
        if let Some(column) = self.column
            && !value.is_null()
        {
            found[column].push(value);
        }
        self.enter(value, found);
    }

    /// Goes on into a value, and into every item of an array on the way.
    fn enter<'d>(&self, value: &'d Value, found: &mut [Vec<&'d Value>]) {
        match value {
            Value::Object(object) => {
                for (step, node) in &self.members {
                    if let Some(member) = object.get(step) {
                        node.visit(member, found);
                    }
                }
            }
            Value::Array(items) if !self.members.is_empty() => {
                for item in items {
                    self.enter(item, found);
                }
            }
            _ => {}
        }
    }
}
