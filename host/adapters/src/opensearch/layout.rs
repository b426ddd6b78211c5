//! How an index definition is laid out in a cluster.
//!
//! An index `records-3` of the prefix `repono-` is the cluster's index `repono-records-3`. It is
//! always spoken to by its alias, `repono-records-3.` and a digest of the definition: whoever
//! remembers an index that has been made anew in another way is told that there is none, and a
//! write never makes one. Its fields are numbered; the `_meta` of its mapping holds the definition.

use repono_service::ports::{FieldKind, IndexDefinition, IndexName};
use repono_service::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::refresh::Refresh;
use crate::search::columns::Columns;

/// Which way of laying out this is: a change of settings or mapping needs another number.
const FORMAT: u32 = 1;
/// The field of a document's key.
pub(super) const KEY: &str = "key";
/// Which columns a document has values of.
pub(super) const HAS: &str = "has";
/// How long a deletion is remembered, so that an older write that comes late does nothing. It
/// outlasts every retry by far; the cluster keeps these in memory. What comes later still, or after
/// a node was started again, is undone by the reconciler.
const DELETIONS_REMEMBERED: &str = "15m";

/// Name of the column in which the years of a date column are.
pub(super) fn years(column: &str) -> String {
    format!("{column}_years")
}

/// The names of our indices in a cluster.
pub(super) struct Names {
    prefix: String,
}

impl Names {
    pub(super) fn new(prefix: &str) -> Result<Self> {
        if (1..=50).contains(&prefix.len()) && is_name(prefix) {
            return Ok(Self { prefix: prefix.to_owned() });
        }
        Err(Error::Invalid(format!(
            "{prefix:?} cannot begin the names of search indices: use at most 50 of a-z, 0-9, - and _, a letter or digit first"
        )))
    }

    /// What the cluster calls it; `None` if it cannot be the name of one.
    pub(super) fn of(&self, index: &IndexName) -> Option<String> {
        let name = &index.0;
        let fits = (1..=150).contains(&name.len()) && name.bytes().all(is_allowed);
        fits.then(|| format!("{}{name}", self.prefix))
    }

    /// All of them, and perhaps others.
    pub(super) fn pattern(&self) -> String {
        format!("{}*", self.prefix)
    }

    /// What the cluster calls their template.
    pub(super) fn template(&self) -> String {
        format!("{}indices", self.prefix)
    }

    pub(super) fn is_ours(&self, owner: &Owner) -> bool {
        owner.prefix == self.prefix
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(is_allowed)
}

fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
}

/// Whose index it is.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Owner {
    prefix: String,
    pub(super) name: IndexName,
}

/// What an index says of itself, in the `_meta` of its mapping.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Meta {
    #[serde(flatten)]
    pub(super) owner: Owner,
    format: u32,
    pub(super) definition: IndexDefinition,
}

impl Meta {
    pub(super) fn new(names: &Names, index: &IndexName, definition: &IndexDefinition) -> Self {
        let owner = Owner { prefix: names.prefix.clone(), name: index.clone() };
        Self { owner, format: FORMAT, definition: definition.clone() }
    }

    /// What the cluster calls it.
    pub(super) fn called(&self) -> String {
        format!("{}{}", self.owner.prefix, self.owner.name)
    }
}

/// An index as it is searched and written.
pub(super) struct Layout {
    pub(super) alias: String,
    pub(super) columns: Columns,
    pub(super) refresh: Refresh,
}

impl Layout {
    /// Of an index that is there.
    pub(super) fn new(meta: &Meta) -> Result<Self> {
        let called = meta.called();
        if meta.format != FORMAT {
            return Err(Error::Conflict(format!(
                "the search index {called} was made by another version of the server: its format is {}, and this version has {FORMAT}",
                meta.format
            )));
        }
        Ok(Self {
            alias: alias(meta),
            columns: Columns::new(&meta.definition),
            refresh: Refresh::default(),
        })
    }
}

fn alias(meta: &Meta) -> String {
    let written = json!([FORMAT, meta.definition]).to_string();
    let digest = Sha256::digest(written.as_bytes());
    let digest =
        digest.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    format!("{}.{digest}", meta.called())
}

/// What the cluster is told when an index is made.
pub(super) fn creation(meta: &Meta) -> Value {
    let columns = Columns::new(&meta.definition);
    let mut properties = Map::new();
    properties.insert(KEY.to_owned(), json!({ "type": "keyword" }));
    properties.insert(HAS.to_owned(), json!({ "type": "keyword", "doc_values": false }));
    for column in columns.iter() {
        properties.insert(column.name.clone(), mapping(column.kind));
        if column.kind == FieldKind::Date {
            properties.insert(years(&column.name), json!({ "type": "short" }));
        }
    }
    json!({
        "aliases": { alias(meta): {} },
        "settings": { "index": {
            "gc_deletes": DELETIONS_REMEMBERED,
            "mapping.total_fields.limit": properties.len() + 100,
            "analysis": analysis(),
        } },
        "mappings": {
            "dynamic": false,
            "_meta": { "repono": meta },
            "properties": properties,
        },
    })
}

/// Dates are microseconds, which the cluster's own dates are not; truths are words, which are found
/// faster than numbers.
fn mapping(kind: FieldKind) -> Value {
    match kind {
        // As far apart as tantivy has the values of a field.
        FieldKind::Text => {
            json!({ "type": "text", "analyzer": "words", "position_increment_gap": 1 })
        }
        FieldKind::Keyword | FieldKind::Boolean => json!({ "type": "keyword" }),
        FieldKind::Long | FieldKind::Date => json!({ "type": "long" }),
        FieldKind::Double => json!({ "type": "double" }),
        FieldKind::GeoPoint => json!({ "type": "geo_point" }),
    }
}

/// What [`crate::search::words`] does.
fn analysis() -> Value {
    const ALONE: &str = r"\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\x{20000}-\x{323af}";
    const LETTER: &str = r"\p{IsAlphabetic}\p{N}";
    let words = format!("[{ALONE}&&[{LETTER}]]|[{LETTER}&&[^{ALONE}]]+");
    json!({
        "char_filter": {
            "accents": { "type": "pattern_replace", "pattern": r"[\u0300-\u036f]+", "replacement": "" },
        },
        "tokenizer": { "words": { "type": "pattern", "pattern": words, "group": 0 } },
        "filter": { "short": { "type": "length", "max": 255 } },
        "analyzer": { "words": {
            "type": "custom",
            "char_filter": ["accents"],
            "tokenizer": "words",
            "filter": ["short", "lowercase", "asciifolding"],
        } },
    })
}
