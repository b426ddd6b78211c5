//! An index to try things on.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Result;
use crate::ports::{
    Field, FieldKind, IndexDefinition, IndexName, IndexWrite, ItemFailure, SearchIndex,
    SearchRequest, SearchResponse, SortKey, Visible,
};
use crate::query::Query;

pub(super) struct Scene<'a> {
    pub(super) backend: &'a dyn SearchIndex,
    pub(super) name: IndexName,
}

impl<'a> Scene<'a> {
    pub(super) async fn new(backend: &'a dyn SearchIndex, name: &str) -> Result<Self> {
        let scene = Self::known(backend, name);
        backend.create(&scene.name, &definition()).await?;
        Ok(scene)
    }

    pub(super) fn known(backend: &'a dyn SearchIndex, name: &str) -> Self {
        Self { backend, name: IndexName(format!("contract-{name}")) }
    }

    pub(super) async fn put(&self, documents: &[(&str, Value)]) -> Result<()> {
        let writes =
            documents.iter().map(|(key, body)| write(key, 1, Some(body.clone()))).collect();
        let failures = self.write(writes, Visible::OnReturn).await?;
        assert!(failures.is_empty(), "{failures:?}");
        Ok(())
    }

    pub(super) async fn write(
        &self,
        writes: Vec<IndexWrite>,
        visible: Visible,
    ) -> Result<Vec<ItemFailure>> {
        self.backend.write(&self.name, writes, visible).await
    }

    pub(super) async fn search(&self, request: &SearchRequest) -> Result<SearchResponse> {
        self.backend.search(&self.name, request).await
    }

    /// Keys of what is found, in their order.
    pub(super) async fn keys(&self, query: Query) -> Result<Vec<String>> {
        let response = self.search(&SearchRequest { query, ..everything() }).await?;
        assert_eq!(response.total, response.hits.len() as u64);
        Ok(response.hits.into_iter().map(|hit| hit.key).collect())
    }

    pub(super) async fn remove(self) -> Result<()> {
        self.backend.remove(&self.name).await
    }
}

/// All documents by their key.
pub(super) fn everything() -> SearchRequest {
    SearchRequest::all(1_000)
}

/// Documents sorted so.
pub(super) fn sorted(sort: &[SortKey]) -> SearchRequest {
    SearchRequest { sort: sort.to_vec(), ..everything() }
}

pub(super) fn write(key: &str, version: u64, body: impl Into<Option<Value>>) -> IndexWrite {
    IndexWrite { key: key.to_owned(), version, body: body.into() }
}

pub(super) fn weighted(paths: &[&str]) -> Vec<(String, f32)> {
    paths.iter().map(|path| ((*path).to_owned(), 1.0)).collect()
}

pub(super) fn definition() -> IndexDefinition {
    let fields = [
        ("authors.name", FieldKind::Text),
        ("count", FieldKind::Long),
        ("description", FieldKind::Text),
        ("kind", FieldKind::Keyword),
        ("open", FieldKind::Boolean),
        ("place", FieldKind::GeoPoint),
        ("published", FieldKind::Date),
        ("size", FieldKind::Double),
        ("subkind", FieldKind::Keyword),
        ("tags", FieldKind::Keyword),
        ("title", FieldKind::Text),
    ];
    IndexDefinition {
        fields: fields
            .into_iter()
            .map(|(path, kind)| Field { path: path.to_owned(), kind })
            .collect(),
        aliases: BTreeMap::new(),
        default_fields: weighted(&["title", "description"]),
        suggest: vec!["title".to_owned()],
    }
}
