//! How a collection is searched: what its plugin wrote, read once.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::ports::{Facet, FacetKind, Field, FieldKind, IndexDefinition, SortKey};

/// A facet and how people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetSpec {
    /// What is counted.
    pub facet: Facet,
    /// For people.
    pub title: String,
    /// Where values find their labels.
    pub vocabulary: Option<String>,
}

/// A sort option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortSpec {
    /// As in the query string.
    pub name: String,
    /// For people.
    pub title: String,
    /// First key first.
    pub keys: Vec<SortKey>,
}

/// How a collection is searched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchSpec {
    /// What the search engine needs to know.
    pub definition: IndexDefinition,
    /// In the order shown.
    pub facets: Vec<FacetSpec>,
    /// The collection's own and everyone's.
    pub sorts: Vec<SortSpec>,
    /// Version of the indexing transform; 0 without one.
    pub transform_version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    mapping: Value,
    #[serde(default)]
    default_fields: Vec<String>,
    #[serde(default)]
    facets: Vec<WrittenFacet>,
    #[serde(default)]
    sorts: Vec<WrittenSort>,
    #[serde(default)]
    suggest: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFacet {
    name: String,
    title: String,
    kind: String,
    field: String,
    #[serde(default)]
    inner: Option<String>,
    #[serde(default)]
    vocabulary: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSort {
    name: String,
    #[serde(default)]
    title: String,
    by: Vec<String>,
}

/// What the host itself writes into every search document.
const HOST_FIELDS: &[(&str, FieldKind)] = &[
    ("access.files", FieldKind::Keyword),
    ("access.record", FieldKind::Keyword),
    ("access.status", FieldKind::Keyword),
    ("created", FieldKind::Date),
    ("files.types", FieldKind::Keyword),
    ("id", FieldKind::Keyword),
    ("internal.has_draft", FieldKind::Boolean),
    ("internal.kind", FieldKind::Keyword),
    ("internal.owner", FieldKind::Keyword),
    ("is_draft", FieldKind::Boolean),
    ("is_published", FieldKind::Boolean),
    ("parent.id", FieldKind::Keyword),
    ("pids.doi.identifier", FieldKind::Keyword),
    ("pids.oai.identifier", FieldKind::Keyword),
    ("updated", FieldKind::Date),
    ("versions.index", FieldKind::Long),
    ("versions.is_latest", FieldKind::Boolean),
];

/// What a query string says beside facets.
const PARAMETERS: &[&str] = &[
    "access_token",
    "allversions",
    "bounds",
    "cursor",
    "expand",
    "format",
    "near",
    "page",
    "prettyprint",
    "q",
    "shared_with_me",
    "size",
    "sort",
    "suggest",
];

impl SearchSpec {
    /// Reads what the plugin wrote, and the mapping of an indexing transform if there is one.
    ///
    /// # Errors
    /// A sentence for the plugin's author.
    pub fn read(written: &Value, transform: Option<(&Value, u32)>) -> Result<Self, String> {
        let written: Written = serde_json::from_value(written.clone())
            .map_err(|error| format!("its search description cannot be read: {error}"))?;
        let mut fields: BTreeMap<String, FieldKind> = BTreeMap::new();
        let mut aliases = BTreeMap::new();
        walk(&written.mapping, "", &mut fields, &mut aliases)?;
        if let Some((mapping, _)) = transform {
            walk(mapping, "", &mut fields, &mut aliases)?;
        }
        for (path, kind) in HOST_FIELDS {
            if fields.insert((*path).to_owned(), *kind).is_some_and(|theirs| theirs != *kind) {
                return Err(format!(
                    "its mapping has a field {path}, which the host keeps for itself"
                ));
            }
        }
        let definition = IndexDefinition {
            default_fields: written.default_fields.iter().map(|field| weighted(field)).collect(),
            suggest: written.suggest,
            fields: fields.into_iter().map(|(path, kind)| Field { path, kind }).collect(),
            aliases,
        };
        let spec = Self {
            facets: facets(written.facets)?,
            sorts: sorts(written.sorts),
            transform_version: transform.map_or(0, |(_, version)| version),
            definition,
        };
        spec.check()?;
        Ok(spec)
    }

    /// The sort option of this name.
    pub fn sort(&self, name: &str) -> Option<&SortSpec> {
        self.sorts.iter().find(|sort| sort.name == name)
    }

    /// The field that geo queries look into: the first of its kind.
    pub fn geo_field(&self) -> Option<&str> {
        self.definition
            .fields
            .iter()
            .find(|field| field.kind == FieldKind::GeoPoint)
            .map(|field| field.path.as_str())
    }

    fn check(&self) -> Result<(), String> {
        let kind = |path: &str| {
            self.definition.fields.iter().find(|field| field.path == path).map(|field| field.kind)
        };
        for (path, _) in &self.definition.default_fields {
            if !matches!(kind(path), Some(FieldKind::Text | FieldKind::Keyword)) {
                return Err(format!(
                    "its default field {path} is not a text or keyword field of its mapping"
                ));
            }
        }
        for path in &self.definition.suggest {
            if !matches!(kind(path), Some(FieldKind::Text | FieldKind::Keyword)) {
                return Err(format!(
                    "its suggest field {path} is not a text or keyword field of its mapping"
                ));
            }
        }
        for path in self.definition.aliases.values() {
            if kind(path).is_none() {
                return Err(format!("an alias leads to {path}, which its mapping does not have"));
            }
        }
        for FacetSpec { facet, .. } in &self.facets {
            let (paths, wanted): (Vec<&String>, FieldKind) = match &facet.kind {
                FacetKind::Terms { field } if kind(field) == Some(FieldKind::Boolean) => {
                    (vec![field], FieldKind::Boolean)
                }
                FacetKind::Terms { field } => (vec![field], FieldKind::Keyword),
                FacetKind::Nested { field, inner } => (vec![field, inner], FieldKind::Keyword),
                FacetKind::Years { field } => (vec![field], FieldKind::Date),
            };
            if let Some(path) = paths.into_iter().find(|path| kind(path) != Some(wanted)) {
                return Err(format!(
                    "its facet {} counts {path}, which is not a {wanted:?} field of its mapping",
                    facet.name
                ));
            }
        }
        for sort in &self.sorts {
            for key in &sort.keys {
                let (SortKey::Ascending(path) | SortKey::Descending(path)) = key else { continue };
                if !matches!(
                    kind(path),
                    Some(
                        FieldKind::Keyword | FieldKind::Long | FieldKind::Double | FieldKind::Date
                    )
                ) {
                    return Err(format!(
                        "its sort {} goes by {path}, which is not a keyword, long, double or date field of its mapping",
                        sort.name
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Flattens `{"properties": …}`.
fn walk(
    mapping: &Value,
    prefix: &str,
    fields: &mut BTreeMap<String, FieldKind>,
    aliases: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    for (name, property) in
        mapping.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        if path == "internal" {
            return Err(
                "its mapping has a field internal, which the host keeps for itself".to_owned()
            );
        }
        let kind = match property.get("type").and_then(Value::as_str) {
            None | Some("object" | "nested") => {
                walk(property, &path, fields, aliases)?;
                continue;
            }
            Some("alias") => {
                let target = property
                    .get("path")
                    .and_then(Value::as_str)
                    .ok_or_else(|| format!("the alias {path} of its mapping has no path"))?;
                aliases.insert(path, target.to_owned());
                continue;
            }
            Some("text") => FieldKind::Text,
            Some("keyword") => FieldKind::Keyword,
            Some("long" | "integer" | "short" | "byte") => FieldKind::Long,
            Some("double" | "float") => FieldKind::Double,
            Some("boolean") => FieldKind::Boolean,
            Some("date") => FieldKind::Date,
            Some("geo_point") => FieldKind::GeoPoint,
            Some(other) => {
                return Err(format!(
                    "the field {path} of its mapping has the type {other}; use text, keyword, long, double, boolean, date, geo_point, object or alias"
                ));
            }
        };
        fields.insert(path.clone(), kind);
        // `fields` of a text field: the same value searched in another way.
        let also = property.get("fields").cloned().unwrap_or_default();
        if also.is_object() {
            return Err(format!(
                "the field {path} of its mapping has multi-fields; write the value into a second field instead"
            ));
        }
    }
    Ok(())
}

fn weighted(field: &str) -> (String, f32) {
    let (path, weight) = field.split_once('^').unwrap_or((field, "1"));
    (path.to_owned(), weight.parse().unwrap_or(1.0))
}

fn facets(written: Vec<WrittenFacet>) -> Result<Vec<FacetSpec>, String> {
    let mut facets = Vec::new();
    for facet in written {
        if PARAMETERS.contains(&facet.name.as_str()) {
            return Err(format!(
                "its facet {} has the name of a parameter of every search",
                facet.name
            ));
        }
        let kind = match (facet.kind.as_str(), facet.inner) {
            ("terms", None) => FacetKind::Terms { field: facet.field },
            ("years", None) => FacetKind::Years { field: facet.field },
            ("nested", Some(inner)) => FacetKind::Nested { field: facet.field, inner },
            ("nested", None) => {
                return Err(format!("its nested facet {} does not say what is inner", facet.name));
            }
            (other, _) => {
                return Err(format!(
                    "its facet {} is of the kind {other}; use terms, nested or years",
                    facet.name
                ));
            }
        };
        facets.push(FacetSpec {
            facet: Facet { name: facet.name, kind },
            title: facet.title,
            vocabulary: facet.vocabulary,
        });
    }
    let of_the_host = [
        ("access_status", "Access status", "access.status"),
        ("file_type", "File type", "files.types"),
    ];
    for (name, title, field) in of_the_host {
        if facets.iter().all(|facet| facet.facet.name != name) {
            let kind = FacetKind::Terms { field: field.to_owned() };
            facets.push(FacetSpec {
                facet: Facet { name: name.to_owned(), kind },
                title: title.to_owned(),
                vocabulary: None,
            });
        }
    }
    Ok(facets)
}

fn sorts(written: Vec<WrittenSort>) -> Vec<SortSpec> {
    let key = |path: &str| match path.strip_prefix('-') {
        Some("_score") => SortKey::Score,
        Some(path) => SortKey::Descending(path.to_owned()),
        None if path == "_score" => SortKey::Score,
        None => SortKey::Ascending(path.to_owned()),
    };
    let mut sorts: Vec<_> = [
        ("bestmatch", "Best match", "_score"),
        ("newest", "Newest", "-created"),
        ("oldest", "Oldest", "created"),
        ("version", "Version", "-versions.index"),
        ("updated-desc", "Recently updated", "-updated"),
        ("updated-asc", "Least recently updated", "updated"),
    ]
    .into_iter()
    .map(|(name, title, by)| SortSpec {
        name: name.to_owned(),
        title: title.to_owned(),
        keys: vec![key(by)],
    })
    .collect();
    for sort in written {
        sorts.retain(|known| known.name != sort.name);
        sorts.push(SortSpec {
            title: sort.title,
            keys: sort.by.iter().map(|path| key(path)).collect(),
            name: sort.name,
        });
    }
    sorts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mapping_is_flattened_and_the_hosts_fields_are_added() {
        let written = json!({
            "mapping": {"properties": {"metadata": {"properties": {"title": {"type": "text"}, "topic": {"type": "keyword"}}}, "title": {"type": "alias", "path": "metadata.title"}}},
            "default_fields": ["metadata.title^3"],
            "facets": [{"name": "topic", "title": "Topics", "kind": "terms", "field": "metadata.topic"}],
            "sorts": [{"name": "topic", "by": ["-metadata.topic"]}],
        });

        let spec = SearchSpec::read(&written, None).unwrap();

        assert_eq!(spec.definition.field("title").unwrap().kind, FieldKind::Text);
        assert_eq!(spec.definition.field("created").unwrap().kind, FieldKind::Date);
        assert_eq!(spec.definition.default_fields, [("metadata.title".to_owned(), 3.0)]);
        assert_eq!(
            spec.sort("topic").unwrap().keys,
            [SortKey::Descending("metadata.topic".to_owned())]
        );
        assert!(spec.sort("newest").is_some());
    }

    #[test]
    fn what_does_not_fit_together_is_told_in_a_sentence() {
        let facet =
            json!({"facets": [{"name": "a", "title": "A", "kind": "terms", "field": "nowhere"}]});
        assert!(SearchSpec::read(&facet, None).unwrap_err().contains("nowhere"));
        let kind = json!({"mapping": {"properties": {"a": {"type": "sparse_vector"}}}});
        assert!(SearchSpec::read(&kind, None).unwrap_err().contains("sparse_vector"));
        let internal = json!({"mapping": {"properties": {"internal": {"properties": {"owner": {"type": "text"}}}}}});
        assert!(SearchSpec::read(&internal, None).unwrap_err().contains("keeps for itself"));
    }
}
