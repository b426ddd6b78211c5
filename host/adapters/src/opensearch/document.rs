//! A document in the cluster's terms: what of it is indexed, and nothing else.

use jiff::Timestamp;
use jiff::tz::Offset;
use repono_service::ports::FieldKind;
use serde::Serialize;
use serde::ser::{SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::Value;

use super::layout::{HAS, KEY, years};
use crate::search::columns::Columns;
use crate::search::values::{Values, truth};

/// Written as the cluster is to index it.
pub(super) struct Indexed<'a> {
    pub(super) columns: &'a Columns,
    pub(super) key: &'a str,
    pub(super) body: &'a Value,
}

impl Serialize for Indexed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_map(None)?;
        document.serialize_entry(KEY, self.key)?;
        let mut has = Vec::new();
        for (column, values) in self.columns.values(self.body) {
            has.push(column.name.as_str());
            if column.kind == FieldKind::Date {
                document.serialize_entry(&years(&column.name), &years_of(&values))?;
            }
            document.serialize_entry(&column.name, &Said(values))?;
        }
        document.serialize_entry(HAS, &has)?;
        document.end()
    }
}

struct Said<'a>(Values<'a>);

impl Serialize for Said<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Values::Texts(values) => serializer.collect_seq(values),
            Values::Longs(values) | Values::Dates(values) => serializer.collect_seq(values),
            Values::Doubles(values) => serializer.collect_seq(values),
            Values::Truths(values) => {
                serializer.collect_seq(values.iter().map(|value| truth(*value)))
            }
            Values::Points(points) => {
                let mut sequence = serializer.serialize_seq(Some(points.len()))?;
                for (latitude, longitude) in points {
                    sequence.serialize_element(&[longitude, latitude])?;
                }
                sequence.end()
            }
        }
    }
}

/// Each once.
fn years_of(values: &Values<'_>) -> Vec<i16> {
    let Values::Dates(moments) = values else { return Vec::new() };
    let year = |moment: &i64| {
        Timestamp::from_microsecond(*moment)
            .ok()
            .map(|moment| Offset::UTC.to_datetime(moment).year())
    };
    let mut years: Vec<_> = moments.iter().filter_map(year).collect();
    years.sort_unstable();
    years.dedup();
    years
}

#[cfg(test)]
mod tests {
    use repono_service::ports::{Field, IndexDefinition};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_what_fits_its_fields() {
        let kinds = [
            ("author.name", FieldKind::Text),
            ("count", FieldKind::Long),
            ("kind", FieldKind::Keyword),
            ("open", FieldKind::Boolean),
            ("place", FieldKind::GeoPoint),
            ("published", FieldKind::Date),
            ("size", FieldKind::Double),
        ];
        let fields = kinds.map(|(path, kind)| Field { path: path.to_owned(), kind }).to_vec();
        let columns = Columns::new(&IndexDefinition { fields, ..IndexDefinition::default() });
        let body = json!({
            "author": [{ "name": ["Ada", ["Émile"]] }, { "name": { "first": "x" } }, "y"],
            "count": ["7", 7, 1.5, "many", { "a": 1 }],
            "kind": ["k".repeat(32_767), "short", true],
            "open": [true, "false", 3],
            "place": [[6.5, 46.0], { "lat": 91, "lon": 0 }, "here"],
            "published": ["2020", "2020-02", "soon"],
            "size": ["NaN", 2, "2.50"],
            "unknown": { "deep": [1] },
        });
        let indexed = Indexed { columns: &columns, key: "a\"b", body: &body };

        assert_eq!(
            serde_json::to_value(&indexed).unwrap(),
            json!({
                "key": "a\"b",
                "f0": ["Ada", "Émile"],
                "f1": [7],
                "f2": ["short", "true"],
                "f3": ["true", "false"],
                "f4": [[6.5, 46.0]],
                "f5": [1_577_836_800_000_000_i64, 1_580_515_200_000_000_i64],
                "f5_years": [2020],
                "f6": [2.0, 2.5],
                "has": ["f0", "f1", "f2", "f3", "f4", "f5", "f6"],
            })
        );
    }
}
