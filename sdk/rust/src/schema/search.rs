//! How the records of a collection are searched.

use serde_json::{Map, Value, json};

/// Builds the search JSON of a collection.
///
/// Paths start at the root of the search document, whose `metadata` is the record's metadata (with
/// the fields of vocabulary terms) unless an indexer replaces it. Any field may have many values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Search {
    properties: Map<String, Value>,
    default_fields: Vec<String>,
    facets: Vec<Value>,
    sorts: Vec<Value>,
    suggest: Vec<String>,
}

impl Search {
    /// Nothing can be searched yet but what the host knows of every record.
    pub fn new() -> Self {
        Self::default()
    }

    /// Maps a text of words.
    #[must_use]
    pub fn text(self, path: &str) -> Self {
        self.field(path, json!({ "type": "text" }))
    }

    /// Maps a text that is taken as a whole.
    #[must_use]
    pub fn keyword(self, path: &str) -> Self {
        self.field(path, json!({ "type": "keyword" }))
    }

    /// Maps a date: `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or RFC 3339.
    #[must_use]
    pub fn date(self, path: &str) -> Self {
        self.field(path, json!({ "type": "date" }))
    }

    /// Maps a whole number.
    #[must_use]
    pub fn long(self, path: &str) -> Self {
        self.field(path, json!({ "type": "long" }))
    }

    /// Maps a number.
    #[must_use]
    pub fn double(self, path: &str) -> Self {
        self.field(path, json!({ "type": "double" }))
    }

    /// Maps a yes or no.
    #[must_use]
    pub fn boolean(self, path: &str) -> Self {
        self.field(path, json!({ "type": "boolean" }))
    }

    /// Maps a place: `{"lat", "lon"}` or `[lon, lat]`.
    #[must_use]
    pub fn geo_point(self, path: &str) -> Self {
        self.field(path, json!({ "type": "geo_point" }))
    }

    /// Gives a field a second name.
    #[must_use]
    pub fn alias(self, path: &str, target: &str) -> Self {
        self.field(path, json!({ "type": "alias", "path": target }))
    }

    /// Maps a field in the words of OpenSearch: `{"type": …}`.
    #[must_use]
    pub fn field(mut self, path: &str, mapping: Value) -> Self {
        insert(&mut self.properties, path, mapping);
        self
    }

    /// Maps many fields at once, each under its path: `{"metadata.title": {"type": "text"}}`.
    #[must_use]
    pub fn fields<'a>(self, fields: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        fields.into_iter().fold(self, |search, (path, mapping)| search.field(path, mapping))
    }

    /// Names the fields of a query that names none: `metadata.title^3`.
    #[must_use]
    pub fn default_fields<'a>(mut self, fields: impl IntoIterator<Item = &'a str>) -> Self {
        self.default_fields.extend(fields.into_iter().map(str::to_owned));
        self
    }

    /// Adds a facet; they are shown in the order they are added.
    #[must_use]
    pub fn facet(mut self, facet: Facet) -> Self {
        self.facets.push(facet.0);
        self
    }

    /// Adds an order to those of the host; `-field` is descending.
    #[must_use]
    pub fn sort<'a>(
        mut self,
        name: &str,
        title: &str,
        by: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let by: Vec<&str> = by.into_iter().collect();
        self.sorts.push(json!({ "name": name, "title": title, "by": by }));
        self
    }

    /// Names the fields that suggestions come from.
    #[must_use]
    pub fn suggest<'a>(mut self, fields: impl IntoIterator<Item = &'a str>) -> Self {
        self.suggest.extend(fields.into_iter().map(str::to_owned));
        self
    }

    /// The JSON that the host reads.
    pub fn build(self) -> Value {
        json!({
            "mapping": { "properties": self.properties },
            "default_fields": self.default_fields,
            "facets": self.facets,
            "sorts": self.sorts,
            "suggest": self.suggest,
        })
    }
}

/// A way to narrow a search down.
#[derive(Debug, Clone, PartialEq)]
pub struct Facet(Value);

impl Facet {
    /// By the values of a keyword field.
    pub fn terms(name: &str, title: &str, field: &str) -> Self {
        Self(json!({ "name": name, "title": title, "kind": "terms", "field": field }))
    }

    /// By the years of a date field.
    pub fn years(name: &str, title: &str, field: &str) -> Self {
        Self(json!({ "name": name, "title": title, "kind": "years", "field": field }))
    }

    /// By the values of a keyword field, and of another one within.
    pub fn nested(name: &str, title: &str, field: &str, inner: &str) -> Self {
        Self(
            json!({ "name": name, "title": title, "kind": "nested", "field": field, "inner": inner }),
        )
    }

    /// Takes the titles of its values from a vocabulary.
    #[must_use]
    pub fn vocabulary(mut self, name: &str) -> Self {
        self.0["vocabulary"] = name.into();
        self
    }
}

fn insert(properties: &mut Map<String, Value>, path: &str, mapping: Value) {
    let Some((head, rest)) = path.split_once('.') else {
        properties.insert(path.to_owned(), mapping);
        return;
    };
    let inner = properties.entry(head).or_insert_with(|| json!({ "properties": {} }));
    if let Some(inner) = inner.get_mut("properties").and_then(Value::as_object_mut) {
        insert(inner, rest, mapping);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_paths_become_nested_properties() {
        let search = Search::new().text("metadata.title").keyword("metadata.topic.term").build();

        assert_eq!(
            search["mapping"],
            json!({ "properties": { "metadata": { "properties": {
                "title": { "type": "text" },
                "topic": { "properties": { "term": { "type": "keyword" } } },
            } } } })
        );
    }

    #[test]
    fn a_nested_facet_may_name_the_vocabulary_of_its_titles() {
        let facet = Facet::nested("type", "Types", "metadata.type.props.type", "metadata.type.id")
            .vocabulary("types");

        assert_eq!(
            Search::new().facet(facet).build()["facets"][0],
            json!({ "name": "type", "title": "Types", "kind": "nested", "field": "metadata.type.props.type",
                    "inner": "metadata.type.id", "vocabulary": "types" })
        );
    }

    #[test]
    fn a_descending_sort_keeps_its_sign() {
        let search = Search::new().sort("size", "Largest", ["-size"]).build();

        assert_eq!(
            search["sorts"],
            json!([{ "name": "size", "title": "Largest", "by": ["-size"] }])
        );
    }
}
