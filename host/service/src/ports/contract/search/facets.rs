//! Counting values.

use serde_json::json;

use super::scene::{Scene, everything};
use crate::Result;
use crate::ports::{Bucket, Facet, FacetKind, SearchIndex, SearchRequest};
use crate::query::Query;

pub(super) async fn run(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "facets").await?;
    scene
        .put(&[
            ("a", json!({ "kind": "image", "subkind": "photo", "tags": ["x", "y", "x"], "published": "2019", "open": true })),
            ("b", json!({ "kind": "image", "subkind": "plot", "tags": ["x"], "published": ["2019-05", "2019-06", "2021"], "open": true })),
        ])
        .await?;
    // Another write, so that counting has several parts to put together.
    scene
        .put(&[
            ("c", json!({ "kind": "image", "subkind": "photo", "tags": "z", "published": "2020-01-01", "open": false })),
            ("d", json!({ "kind": "text", "subkind": "book", "published": "1815-12-10" })),
            ("e", json!({})),
        ])
        .await?;

    the_most_frequent_values_come_first(&scene).await?;
    values_are_counted_within_values(&scene).await?;
    chosen_values_narrow_hits_and_not_counts(&scene).await?;
    scene.remove().await
}

fn facets() -> SearchRequest {
    let facet = |name: &str, kind| Facet { name: name.to_owned(), kind };
    let terms = |field: &str| FacetKind::Terms { field: field.to_owned() };
    let nested = FacetKind::Nested { field: "kind".to_owned(), inner: "subkind".to_owned() };
    let facets = vec![
        facet("tags", terms("tags")),
        facet("open", terms("open")),
        facet("kinds", nested),
        facet("years", FacetKind::Years { field: "published".to_owned() }),
        facet("nothing", terms("nowhere")),
    ];
    SearchRequest { facets, ..everything() }
}

fn flat(buckets: &[Bucket]) -> Vec<(&str, u64)> {
    buckets.iter().map(|bucket| (bucket.key.as_str(), bucket.count)).collect()
}

async fn the_most_frequent_values_come_first(scene: &Scene<'_>) -> Result<()> {
    let response = scene.search(&facets()).await?;

    let names: Vec<_> = response.facets.iter().map(|facet| facet.name.as_str()).collect();
    assert_eq!(names, ["tags", "open", "kinds", "years", "nothing"]);
    assert_eq!(flat(&response.facets[0].buckets), [("x", 2), ("y", 1), ("z", 1)]);
    assert_eq!(flat(&response.facets[1].buckets), [("true", 2), ("false", 1)]);
    assert_eq!(
        flat(&response.facets[3].buckets),
        [("1815", 1), ("2019", 2), ("2020", 1), ("2021", 1)]
    );
    assert!(response.facets[4].buckets.is_empty());

    let few = scene.search(&SearchRequest { facet_size: 1, ..facets() }).await?;
    assert_eq!(flat(&few.facets[0].buckets), [("x", 2)]);
    assert_eq!(flat(&few.facets[2].buckets[0].inner), [("photo", 2)]);
    Ok(())
}

async fn values_are_counted_within_values(scene: &Scene<'_>) -> Result<()> {
    let kinds = &scene.search(&facets()).await?.facets[2];

    assert_eq!(flat(&kinds.buckets), [("image", 3), ("text", 1)]);
    assert_eq!(flat(&kinds.buckets[0].inner), [("photo", 2), ("plot", 1)]);
    assert_eq!(flat(&kinds.buckets[1].inner), [("book", 1)]);
    Ok(())
}

async fn chosen_values_narrow_hits_and_not_counts(scene: &Scene<'_>) -> Result<()> {
    let chosen = SearchRequest {
        filter: Query::term("kind", "image"),
        post_filter: Query::term("subkind", "plot"),
        ..facets()
    };

    let response = scene.search(&chosen).await?;

    assert_eq!(response.total, 1);
    assert_eq!(response.hits[0].key, "b");
    assert_eq!(flat(&response.facets[2].buckets), [("image", 3)]);
    assert_eq!(flat(&response.facets[2].buckets[0].inner), [("photo", 2), ("plot", 1)]);

    let counts_alone = scene.search(&SearchRequest { size: 0, ..facets() }).await?;
    assert_eq!((counts_alone.total, counts_alone.hits.len()), (5, 0));
    assert_eq!(counts_alone.facets[0].buckets.len(), 3);
    Ok(())
}
