//! Values between bounds.

use serde_json::json;

use super::scene::Scene;
use crate::Result;
use crate::ports::SearchIndex;
use crate::query::{Bound, Query};

pub(super) async fn run(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "ranges").await?;
    scene
        .put(&[
            ("a", json!({ "published": "2019", "count": -5, "size": 0.5, "kind": "apple", "title": "alpha" })),
            ("b", json!({ "published": "2020-02", "count": 10, "size": 1.5, "kind": "banana", "title": "beta" })),
            ("c", json!({ "published": "2020-12-31", "count": [20, 200], "size": 2.5, "kind": "cherry" })),
            ("d", json!({ "published": "2021-01-01T00:00:00Z", "count": 30 })),
        ])
        .await?;

    numbers_and_words_have_bounds(&scene).await?;
    a_year_is_all_of_it(&scene).await?;
    scene.remove().await
}

fn included(text: &str) -> Bound {
    Bound::Included(text.to_owned())
}

fn excluded(text: &str) -> Bound {
    Bound::Excluded(text.to_owned())
}

async fn check(
    scene: &Scene<'_>,
    field: &str,
    from: Bound,
    to: Bound,
    expected: &[&str],
) -> Result<()> {
    let query = Query::Range { field: field.to_owned(), from, to };
    assert_eq!(scene.keys(query.clone()).await?, expected, "{query:?}");
    Ok(())
}

async fn numbers_and_words_have_bounds(scene: &Scene<'_>) -> Result<()> {
    check(scene, "count", included("10"), included("20"), &["b", "c"]).await?;
    check(scene, "count", excluded("10"), excluded("30"), &["c"]).await?;
    check(scene, "count", Bound::Open, excluded("10"), &["a"]).await?;
    check(scene, "count", included("100"), Bound::Open, &["c"]).await?;
    check(scene, "count", included("9.5"), included("20.5"), &["b", "c"]).await?;
    check(scene, "count", included("ten"), Bound::Open, &[]).await?;
    check(scene, "size", excluded("0.5"), included("2.5"), &["b", "c"]).await?;
    check(scene, "size", Bound::Open, Bound::Open, &["a", "b", "c"]).await?;
    check(scene, "kind", included("b"), excluded("cherry"), &["b"]).await?;
    check(scene, "kind", included("banana"), Bound::Open, &["b", "c"]).await?;
    check(scene, "title", included("Alpha"), included("BETA"), &["a", "b"]).await?;
    check(scene, "title", excluded("alpha"), Bound::Open, &["b"]).await?;
    check(scene, "nowhere", Bound::Open, Bound::Open, &[]).await
}

async fn a_year_is_all_of_it(scene: &Scene<'_>) -> Result<()> {
    check(scene, "published", included("2020"), included("2020"), &["b", "c"]).await?;
    check(scene, "published", excluded("2019"), excluded("2021"), &["b", "c"]).await?;
    check(scene, "published", excluded("2020"), Bound::Open, &["d"]).await?;
    check(scene, "published", Bound::Open, included("2019"), &["a"]).await?;
    check(scene, "published", included("2020-12"), included("2021-01-01"), &["c", "d"]).await?;
    check(scene, "published", included("2020-12-31T23:59:59Z"), Bound::Open, &["d"]).await?;
    check(scene, "published", Bound::Open, excluded("2021-01-01T00:00:00Z"), &["a", "b", "c"])
        .await?;
    check(scene, "published", included("yesterday"), Bound::Open, &[]).await?;
    for (value, expected) in [
        ("2020", vec!["b", "c"]),
        ("2020-02", vec!["b"]),
        ("2021-01-01T00:00:00Z", vec!["d"]),
        ("soon", vec![]),
    ] {
        assert_eq!(scene.keys(Query::term("published", value)).await?, expected, "{value}");
    }
    Ok(())
}
