//! Finding records.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Result;
use crate::query::Query;

/// Physical name of an index: `records-3`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IndexName(pub String);

impl std::fmt::Display for IndexName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the values of a field are searched, by their `OpenSearch` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Words, analysed: lower case, folded to ASCII.
    Text,
    /// The value as it is; counted, sorted.
    Keyword,
    /// 64-bit whole number.
    Long,
    /// 64-bit floating point.
    Double,
    /// Yes or no.
    Boolean,
    /// `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or RFC 3339; stands for the moment it begins.
    Date,
    /// `{"lat", "lon"}` or `[lon, lat]`.
    GeoPoint,
}

/// A field of an index. Any field may hold many values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Dotted path in the search document.
    pub path: String,
    /// How it is searched.
    pub kind: FieldKind,
}

/// How a collection is indexed. Two equal definitions make interchangeable indices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IndexDefinition {
    /// Sorted by path. What a document has beyond them is not indexed; a value that does not fit
    /// its field is passed over.
    pub fields: Vec<Field>,
    /// Other names of fields: short name → path.
    pub aliases: BTreeMap<String, String>,
    /// Fields that words without a field name are looked for in, with their weight.
    pub default_fields: Vec<(String, f32)>,
    /// Text or keyword fields that suggestions come from.
    pub suggest: Vec<String>,
}

impl IndexDefinition {
    /// The field that this path or alias names.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let path = self.aliases.get(name).map_or(name, String::as_str);
        self.fields.iter().find(|field| field.path == path)
    }
}

/// One document to be written or, without a body, removed.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexWrite {
    /// Its id in the index.
    pub key: String,
    /// A write of a lower version than the index has seen for this key does nothing.
    pub version: u64,
    /// The search document.
    pub body: Option<Value>,
}

/// When a write must be findable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visible {
    /// Soon.
    Eventually,
    /// When the call returns.
    OnReturn,
}

/// A document that the index refused; the others of its batch are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFailure {
    /// Which.
    pub key: String,
    /// Why.
    pub reason: String,
}

/// What to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// As in the query string and the answer.
    pub name: String,
    /// What is counted.
    pub kind: FacetKind,
}

/// How a facet is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FacetKind {
    /// The values of a keyword or boolean field.
    Terms {
        /// Its path.
        field: String,
    },
    /// The values of a keyword field and, within each, those of another.
    Nested {
        /// The outer path.
        field: String,
        /// The inner path.
        inner: String,
    },
    /// The years of a date field.
    Years {
        /// Its path.
        field: String,
    },
}

/// One value of a facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The value; a year as `2020`.
    pub key: String,
    /// Documents that have it.
    pub count: u64,
    /// Values within.
    pub inner: Vec<Bucket>,
}

/// A counted facet: the most frequent values first; years in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCounts {
    /// Which.
    pub name: String,
    /// Its values.
    pub buckets: Vec<Bucket>,
}

/// One key to sort by. A document without a value comes last in both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// Best first.
    Score,
    /// Lowest first; of several values the lowest counts.
    Ascending(String),
    /// Highest first; of several values the highest counts.
    Descending(String),
}

/// Which of the hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// By number of hits before them.
    Offset(u64),
    /// Those after the hit with this cursor.
    After(String),
}

/// What to find.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// What the caller asked, scored.
    pub query: Query,
    /// What the caller may see, not scored.
    pub filter: Query,
    /// Chosen facet values: narrow the hits, not the counts.
    pub post_filter: Query,
    /// What to count.
    pub facets: Vec<Facet>,
    /// At most this many values a facet, and as many within each.
    pub facet_size: usize,
    /// Ties are broken by key.
    pub sort: Vec<SortKey>,
    /// Which of the hits.
    pub page: Page,
    /// How many.
    pub size: usize,
}

impl SearchRequest {
    /// All documents in the order of their keys, the first `size` of them.
    pub fn all(size: usize) -> Self {
        Self {
            query: Query::All,
            filter: Query::All,
            post_filter: Query::All,
            facets: Vec::new(),
            facet_size: 10,
            sort: Vec::new(),
            page: Page::Offset(0),
            size,
        }
    }
}

/// One hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The document's key.
    pub key: String,
    /// Where to go on after it, with the same query and sort.
    pub cursor: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchResponse {
    /// The page.
    pub hits: Vec<Hit>,
    /// All hits, of which this is a page.
    pub total: u64,
    /// In the order asked for.
    pub facets: Vec<FacetCounts>,
}

/// Indices of documents.
#[async_trait]
pub trait SearchIndex: Send + Sync {
    /// Makes an index; not an error if it is there with the same definition.
    async fn create(&self, index: &IndexName, definition: &IndexDefinition) -> Result<()>;

    /// Removes an index; not an error if there is none. Searches in flight finish.
    async fn remove(&self, index: &IndexName) -> Result<()>;

    /// The indices there are.
    async fn indices(&self) -> Result<Vec<IndexName>>;

    /// Writes documents; concurrent calls share a commit. An index that does not exist is `NotFound`.
    ///
    /// Findable does not mean durable: after a power failure an index may have lost its newest
    /// writes, and says so by [`SearchIndex::unclean`].
    async fn write(
        &self,
        index: &IndexName,
        writes: Vec<IndexWrite>,
        visible: Visible,
    ) -> Result<Vec<ItemFailure>>;

    /// Finds documents.
    async fn search(&self, index: &IndexName, request: &SearchRequest) -> Result<SearchResponse>;

    /// Keys and versions in the order of keys, the first after `after`.
    async fn versions(
        &self,
        index: &IndexName,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>>;

    /// How many documents there are.
    async fn count(&self, index: &IndexName) -> Result<u64>;

    /// Whether writes may have been lost since the index was last closed in order, and it has not
    /// been [repaired](SearchIndex::repaired) since.
    async fn unclean(&self, index: &IndexName) -> Result<bool>;

    /// Says that the index has been brought in line with the database. Until then it stays unclean,
    /// however often it is opened and closed.
    async fn repaired(&self, index: &IndexName) -> Result<()>;

    /// Says whether it answers.
    async fn ping(&self) -> Result<()>;
}
