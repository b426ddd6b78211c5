//! The order of hits, and cursors in it.

use repono_service::ports::{FieldKind, SortKey};
use repono_service::{Error, Result};
use serde_json::{Value, json};

use super::layout::KEY;
use crate::search::columns::Columns;
use crate::search::cursor;

/// What hits are ordered by, before their key.
pub(super) struct Order(Vec<Criterion>);

enum Criterion {
    Score,
    Field {
        name: String,
        kind: FieldKind,
        descending: bool,
    },
    /// The index has no such field: no document has a value.
    Unknown,
}

/// What a cursor holds before the key.
enum Part<'a> {
    Snapshot,
    Rank(&'a Criterion),
}

impl Part<'_> {
    fn read(&self, part: Value) -> Option<Value> {
        match self {
            Self::Snapshot => (part.is_null() || part.is_u64()).then_some(part),
            Self::Rank(criterion) => criterion.read(part),
        }
    }
}

impl Order {
    pub(super) fn new(columns: &Columns, sort: &[SortKey]) -> Result<Self> {
        let criteria = sort.iter().map(|key| match key {
            SortKey::Score => Ok(Criterion::Score),
            SortKey::Ascending(path) => Criterion::of(columns, path, false),
            SortKey::Descending(path) => Criterion::of(columns, path, true),
        });
        criteria.collect::<Result<_>>().map(Self)
    }

    /// The cluster's `sort`. The key is last, so that no two hits are equal.
    pub(super) fn said(&self) -> Value {
        let criteria = self.0.iter().filter_map(|criterion| match criterion {
            Criterion::Unknown => None,
            Criterion::Score => Some(json!({ "_score": "desc" })),
            Criterion::Field { name, descending, .. } => {
                let (order, mode) = if *descending { ("desc", "max") } else { ("asc", "min") };
                let sort = json!({ "order": order, "mode": mode, "missing": "_last" });
                Some(json!({ name.as_str(): sort }))
            }
        });
        criteria.chain([json!({ KEY: "asc" })]).collect()
    }

    /// The key of a hit and the cursor to go on after it, of the values that the cluster sorted it by
    /// and the snapshot that it was found in.
    pub(super) fn hit(
        &self,
        mut sorted_by: Vec<Value>,
        snapshot: Option<u64>,
    ) -> Option<(String, String)> {
        let Some(Value::String(key)) = sorted_by.pop() else { return None };
        let mut values = sorted_by.into_iter();
        let ranks: Option<Vec<_>> =
            self.0.iter().map(|criterion| criterion.rank(&mut values)).collect();
        let cursor = cursor::encode([json!(snapshot)].into_iter().chain(ranks?), &key);
        Some((key, cursor))
    }

    /// The cluster's `search_after`, and the snapshot. Refuses what [`Order::hit`] does not make for
    /// this order.
    pub(super) fn after(&self, text: &str) -> Result<(Value, Option<u64>)> {
        let parts: Vec<_> =
            [Part::Snapshot].into_iter().chain(self.0.iter().map(Part::Rank)).collect();
        let (mut values, key) = cursor::decode(text, &parts, Part::read)?;
        let snapshot = values.remove(0).as_u64();
        let values = self.0.iter().zip(values).filter(|(criterion, _)| criterion.is_known());
        Ok((values.map(|(_, value)| value).chain([json!(key)]).collect(), snapshot))
    }
}

impl Criterion {
    fn of(columns: &Columns, path: &str, descending: bool) -> Result<Self> {
        let Some(column) = columns.get(path) else { return Ok(Self::Unknown) };
        if matches!(column.kind, FieldKind::Text | FieldKind::GeoPoint) {
            return Err(Error::Invalid(format!("{path} cannot be sorted by")));
        }
        Ok(Self::Field { name: column.name.clone(), kind: column.kind, descending })
    }

    /// `null` for a value that is not there.
    fn rank(&self, sorted_by: &mut impl Iterator<Item = Value>) -> Option<Value> {
        if let Self::Unknown = self {
            return Some(Value::Null);
        }
        let value = sorted_by.next()?;
        Some(if value == self.missing() { Value::Null } else { value })
    }

    /// The value that the cluster is to go on after.
    fn read(&self, rank: Value) -> Option<Value> {
        let fits = match self {
            Self::Field { .. } if rank.is_null() => return Some(self.missing()),
            Self::Field { kind: FieldKind::Long | FieldKind::Date, .. } => rank.is_i64(),
            Self::Field { kind: FieldKind::Double, .. } | Self::Score => rank.is_number(),
            Self::Field { .. } => rank.is_string(),
            Self::Unknown => rank.is_null(),
        };
        fits.then_some(rank)
    }

    fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// What the cluster sorts documents by that have no value.
    fn missing(&self) -> Value {
        match self {
            Self::Field { kind: FieldKind::Long | FieldKind::Date, descending, .. } => {
                json!(if *descending { i64::MIN } else { i64::MAX })
            }
            Self::Field { kind: FieldKind::Double, descending, .. } => {
                json!(if *descending { "-Infinity" } else { "Infinity" })
            }
            _ => Value::Null,
        }
    }
}
