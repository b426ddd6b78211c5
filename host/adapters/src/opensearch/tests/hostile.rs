//! What callers write stays a value: names of fields and texts of any kind make no other query.

use std::collections::BTreeSet;

use proptest::prelude::*;
use repono_service::ports::{Facet, FacetKind, Field, FieldKind, IndexDefinition, SortKey};
use repono_service::query::{Bound, Query, parse};
use serde_json::Value;

use crate::opensearch::facets;
use crate::opensearch::order::Order;
use crate::opensearch::query::said;
use crate::search::asked::read;
use crate::search::columns::Columns;

/// Members that a query of ours may have.
const OURS: &[&str] = &[
    "aggs",
    "bool",
    "boost",
    "bottom",
    "constant_score",
    "dis_max",
    "distance",
    "field",
    "filter",
    "fuzziness",
    "fuzzy",
    "geo_bounding_box",
    "geo_distance",
    "gt",
    "gte",
    "has",
    "inner",
    "key",
    "lat",
    "left",
    "lon",
    "lt",
    "lte",
    "match",
    "match_all",
    "match_none",
    "match_phrase",
    "minimum_should_match",
    "missing",
    "mode",
    "must",
    "must_not",
    "operator",
    "order",
    "queries",
    "query",
    "range",
    "rewrite",
    "right",
    "should",
    "size",
    "slop",
    "term",
    "terms",
    "top",
    "value",
    "wildcard",
    "_key",
    "_score",
];

fn members(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.insert(name.clone());
                members(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, found)),
        _ => {}
    }
}

fn assert_is_ours(value: &Value) -> Result<(), TestCaseError> {
    let mut found = BTreeSet::new();
    members(value, &mut found);
    for name in found {
        let column = name.strip_prefix('f').unwrap_or_default().trim_end_matches("_years");
        let is_column = column.parse::<u32>().is_ok() || name.parse::<u32>().is_ok();
        prop_assert!(is_column || OURS.contains(&name.as_str()), "{name}");
    }
    Ok(())
}

/// Names and texts that mean something in JSON, Lucene, scripts or paths, or nothing at all.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        r#"[\[\]{}():"'\\*?~^/<>=&|!+ \-.,_a-z0-9]{0,40}"#,
        Just("_source".to_owned()),
        Just("script".to_owned()),
        Just("*".to_owned()),
        Just("a.b\"}},{\"script\":{\"source\":\"x\"".to_owned()),
        Just("../../_all/_delete_by_query".to_owned()),
        Just("\u{0}\u{202e}\n".to_owned()),
    ]
}

fn kind() -> impl Strategy<Value = FieldKind> {
    prop_oneof![
        Just(FieldKind::Text),
        Just(FieldKind::Keyword),
        Just(FieldKind::Long),
        Just(FieldKind::Double),
        Just(FieldKind::Boolean),
        Just(FieldKind::Date),
        Just(FieldKind::GeoPoint),
    ]
}

fn query(name: String) -> impl Strategy<Value = Query> {
    let fields = vec![(name.clone(), 2.0), ("other".to_owned(), f32::NAN)];
    let leaf = (hostile(), any::<f64>(), any::<u32>(), 0..9).prop_map(
        move |(text, number, whole, kind)| {
            let (field, fields) = (name.clone(), fields.clone());
            match kind {
                0 => Query::Words { fields, text },
                1 => Query::Phrase { fields, text, slop: whole },
                2 => Query::Term { field, value: text },
                3 => Query::Wildcard { fields, pattern: text },
                4 => Query::Fuzzy { fields, word: text, distance: 255 },
                5 => Query::Range {
                    field,
                    from: Bound::Included(text.clone()),
                    to: Bound::Excluded(text),
                },
                6 => Query::GeoBox {
                    field,
                    north: number,
                    west: -number,
                    south: number / 2.0,
                    east: f64::NAN,
                },
                7 => Query::GeoDistance { field, lat: 0.0, lon: number, metres: number },
                _ => Query::Exists { field },
            }
        },
    );
    leaf.prop_recursive(3, 12, 3, |inner| {
        (proptest::collection::vec(inner, 0..3), any::<f32>()).prop_map(|(parts, weight)| {
            Query::Boost(
                Box::new(Query::Bool {
                    must: parts.clone(),
                    should: parts.clone(),
                    must_not: parts,
                }),
                weight,
            )
        })
    })
}

proptest! {
    #[test]
    fn names_and_texts_make_no_other_query(
        name in hostile(), kind in kind(), asked in hostile().prop_flat_map(query), typed in hostile(),
    ) {
        let field = Field { path: name.clone(), kind };
        let definition = IndexDefinition {
            fields: vec![field],
            default_fields: vec![(name.clone(), 1.0)],
            ..IndexDefinition::default()
        };
        let columns = Columns::new(&definition);

        assert_is_ours(&said(&read(&columns, &asked)))?;
        assert_is_ours(&said(&read(&columns, &parse(&typed, &definition).query)))?;
        if let Ok(order) = Order::new(&columns, &[SortKey::Ascending(name.clone()), SortKey::Score]) {
            assert_is_ours(&order.said())?;
            prop_assert!(order.after(&typed).is_err());
        }
        let facet = Facet { name: typed, kind: FacetKind::Nested { field: name.clone(), inner: name } };
        assert_is_ours(&facets::said(&columns, &[facet], 10).unwrap_or_default())?;
    }
}
