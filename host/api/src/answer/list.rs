//! Lists: `{"hits": {"hits", "total"}, "aggregations", "sortBy", "page", "links"}`,
//! and `"fallback"`: why the query was read as plain words, if it was.

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use repono_service::records::{FacetResult, LabelledBucket, Rendered, SearchResults};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Value, json};

use super::item::{json as answer, printed, text};
use super::ui;
use crate::extract::{Chosen, JSON, Shape, UI_JSON};

/// A page of terms or accounts.
pub(crate) struct Hits {
    pub items: Vec<Value>,
    pub total: u64,
    /// None for what is always shown whole.
    pub sort: Option<&'static str>,
    pub page: u64,
    pub links: Value,
}

/// Records. Their JSON is copied, not read.
pub(crate) fn list(
    shape: &Shape,
    chosen: &Chosen,
    results: &SearchResults,
    page: u64,
    links: &Value,
) -> Response {
    let (media_type, hits) = match chosen {
        Chosen::Ui => {
            let hits = results.hits.iter().map(|hit| ui::with_ui(&hit.json)).collect();
            (UI_JSON, hits)
        }
        Chosen::Json | Chosen::Export(_) => (JSON, jsons(&results.hits)),
    };
    let bytes = written(&hits, results, page, links);
    let mut response =
        text(StatusCode::OK, HeaderValue::from_static(media_type), printed(shape, bytes));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept, Authorization"));
    response
}

/// Anything else.
pub(crate) fn list_of(shape: &Shape, found: &Hits) -> Response {
    let mut value = json!({
        "hits": {"hits": found.items, "total": found.total},
        "links": found.links,
    });
    if let Some(sort) = found.sort {
        value["sortBy"] = json!(sort);
        value["page"] = json!(found.page);
    }
    answer(shape, StatusCode::OK, &value)
}

fn jsons(hits: &[Rendered]) -> Vec<Bytes> {
    hits.iter().map(|hit| hit.json.clone()).collect()
}

fn written(hits: &[Bytes], results: &SearchResults, page: u64, links: &Value) -> Bytes {
    let facets = serde_json::to_string(&Facets(&results.facets)).unwrap_or_default();
    let sort = Value::from(results.sort.as_str());
    let fallback = results.fallback.as_deref().map(|reason| {
        let reason = Value::from(reason);
        format!(",\"fallback\":{reason}")
    });
    let after = format!(
        "],\"total\":{}}},\"aggregations\":{facets},\"sortBy\":{sort},\"page\":{page},\"links\":{links}{}}}",
        results.total,
        fallback.unwrap_or_default()
    );
    let before = b"{\"hits\":{\"hits\":[";
    let length = hits.iter().map(|hit| hit.len() + 1).sum::<usize>();
    let mut bytes = Vec::with_capacity(before.len() + length + after.len());
    bytes.extend(before);
    for (place, hit) in hits.iter().enumerate() {
        if place > 0 {
            bytes.push(b',');
        }
        bytes.extend(&hit[..]);
    }
    bytes.extend(after.as_bytes());
    bytes.into()
}

/// In the collection's order, which people see.
struct Facets<'a>(&'a [FacetResult]);

impl Serialize for Facets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for facet in self.0 {
            let buckets: Vec<_> = facet.buckets.iter().map(bucket).collect();
            map.serialize_entry(&facet.name, &json!({"buckets": buckets, "label": facet.title}))?;
        }
        map.end()
    }
}

fn bucket(found: &LabelledBucket) -> Value {
    let mut value = json!({
        "key": found.key,
        "doc_count": found.count,
        "label": found.label,
        "is_selected": found.selected,
    });
    if let Some(inner) = &found.inner {
        value["inner"] = json!({"buckets": inner.iter().map(bucket).collect::<Vec<_>>()});
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_written_as_recorded() {
        let bucket = |key: &str, inner| LabelledBucket {
            key: key.to_owned(),
            count: 1,
            label: key.to_uppercase(),
            selected: false,
            inner,
        };
        let facets = vec![
            FacetResult {
                name: "resource_type".to_owned(),
                title: "Resource types".to_owned(),
                buckets: vec![bucket("image", Some(vec![bucket("image-photo", None)]))],
            },
            FacetResult {
                name: "file_type".to_owned(),
                title: "File type".to_owned(),
                buckets: Vec::new(),
            },
        ];
        let results = SearchResults {
            hits: Vec::new(),
            total: 1,
            facets,
            sort: "newest".to_owned(),
            next: None,
            fallback: None,
        };

        let bytes =
            written(&[Bytes::from_static(b"{\"id\":1}")], &results, 1, &json!({"self": "x"}));

        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(text.find("resource_type") < text.find("file_type"));
        assert_eq!(
            serde_json::from_slice::<Value>(&bytes).unwrap(),
            json!({
                "hits": {"hits": [{"id": 1}], "total": 1},
                "aggregations": {
                    "resource_type": {
                        "buckets": [{"key": "image", "doc_count": 1, "label": "IMAGE", "is_selected": false,
                            "inner": {"buckets": [{"key": "image-photo", "doc_count": 1, "label": "IMAGE-PHOTO", "is_selected": false}]}}],
                        "label": "Resource types"
                    },
                    "file_type": {"buckets": [], "label": "File type"}
                },
                "sortBy": "newest", "page": 1, "links": {"self": "x"}
            })
        );
    }
}
