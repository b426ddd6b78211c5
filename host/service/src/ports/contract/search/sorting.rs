//! The order of hits, and ways through them.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Map, Value, json};

use super::scene::{Scene, everything, sorted, weighted, write};
use crate::ports::{Page, SearchIndex, SearchRequest, SortKey, Visible};
use crate::query::Query;
use crate::{Kind, Result};

pub(super) async fn run(backend: &dyn SearchIndex) -> Result<()> {
    hits_are_sorted_and_the_missing_come_last(backend).await?;
    a_walk_by_cursor_is_a_walk_by_offset(backend).await?;
    a_cursor_of_something_else_is_refused(backend).await
}

fn up(field: &str) -> SortKey {
    SortKey::Ascending(field.to_owned())
}

fn down(field: &str) -> SortKey {
    SortKey::Descending(field.to_owned())
}

async fn order(scene: &Scene<'_>, sort: &[SortKey]) -> Result<String> {
    let response = scene.search(&sorted(sort)).await?;
    Ok(response.hits.into_iter().map(|hit| hit.key).collect())
}

async fn hits_are_sorted_and_the_missing_come_last(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "sorted").await?;
    scene
        .put(&[
            (
                "c",
                json!({ "count": 2, "kind": "m", "size": -1.5, "published": "2020", "open": true }),
            ),
            ("a", json!({})),
        ])
        .await?;
    scene
        .put(&[
            ("b", json!({ "count": [1, 9], "kind": ["z", "n"], "size": 0.0, "published": "2020-06", "open": false })),
            ("d", json!({ "count": 2, "kind": "a", "size": -2.5, "published": "1999" })),
        ])
        .await?;

    assert_eq!(order(&scene, &[]).await?, "abcd");
    assert_eq!(order(&scene, &[up("count")]).await?, "bcda");
    assert_eq!(order(&scene, &[down("count")]).await?, "bcda");
    assert_eq!(order(&scene, &[up("kind")]).await?, "dcba");
    assert_eq!(order(&scene, &[down("kind")]).await?, "bcda");
    assert_eq!(order(&scene, &[up("size")]).await?, "dcba");
    assert_eq!(order(&scene, &[down("size")]).await?, "bcda");
    assert_eq!(order(&scene, &[up("published")]).await?, "dcba");
    assert_eq!(order(&scene, &[down("published")]).await?, "bcda");
    assert_eq!(order(&scene, &[up("count"), up("kind")]).await?, "bdca");
    assert_eq!(order(&scene, &[up("nowhere"), down("kind")]).await?, "bcda");
    assert_eq!(order(&scene, &[up("open")]).await?, "bcad");
    scene.remove().await
}

async fn a_walk_by_cursor_is_a_walk_by_offset(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "walked").await?;
    let mut random = StdRng::seed_from_u64(7);
    for part in 0..9 {
        let writes = (0..20)
            .map(|number| {
                write(&format!("{:02}-{part}", number * 7 % 20), 1, Some(document(&mut random)))
            })
            .collect();
        scene.write(writes, Visible::OnReturn).await?;
    }
    let words = Query::any_of(["red", "green", "blue"].map(|text| Query::Words {
        fields: weighted(&["title", "description"]),
        text: text.to_owned(),
    }));
    let sorts = [
        vec![],
        vec![SortKey::Score],
        vec![up("kind")],
        vec![down("kind"), up("count")],
        vec![down("tags"), down("size"), up("published")],
        vec![up("published"), SortKey::Score],
        vec![up("open"), down("count"), up("nowhere")],
    ];
    for sort in sorts {
        for size in [1, 7, 200] {
            let request = SearchRequest {
                query: words.clone(),
                post_filter: Query::Exists { field: "title".to_owned() },
                sort: sort.clone(),
                size,
                ..everything()
            };
            let by_offset = by_offset(&scene, &request).await?;
            assert!(by_offset.len() > 50);
            assert_eq!(by_cursor(&scene, &request).await?, by_offset, "{sort:?} by {size}");
        }
    }
    scene.remove().await
}

fn document(random: &mut StdRng) -> Value {
    let colours = ["red", "green", "blue", "grey"];
    let mut document = Map::new();
    let mut perhaps = |field: &str, value: Value, keep: bool| {
        if keep {
            document.insert(field.to_owned(), value);
        }
    };
    let words: Vec<_> =
        (0..random.random_range(0..6)).map(|_| colours[random.random_range(0..4)]).collect();
    perhaps("title", json!(words.join(" ")), random.random_bool(0.8));
    perhaps("description", json!(colours[random.random_range(0..4)]), true);
    perhaps("kind", json!(format!("kind {}", random.random_range(0..5))), random.random_bool(0.7));
    perhaps(
        "tags",
        json!([random.random_range(0..4).to_string(), random.random_range(0..4).to_string()]),
        random.random_bool(0.7),
    );
    perhaps("count", json!(random.random_range(-2..3)), random.random_bool(0.7));
    perhaps("size", json!(f64::from(random.random_range(-2..3)) / 2.0), random.random_bool(0.7));
    perhaps(
        "published",
        json!(random.random_range(1998..2002).to_string()),
        random.random_bool(0.7),
    );
    perhaps("open", json!(random.random_bool(0.5)), random.random_bool(0.7));
    Value::Object(document)
}

async fn by_offset(scene: &Scene<'_>, request: &SearchRequest) -> Result<Vec<String>> {
    let mut keys = Vec::new();
    loop {
        let response = scene
            .search(&SearchRequest { page: Page::Offset(keys.len() as u64), ..request.clone() })
            .await?;
        if response.hits.is_empty() {
            assert_eq!(response.total, keys.len() as u64);
            return Ok(keys);
        }
        keys.extend(response.hits.into_iter().map(|hit| hit.key));
    }
}

async fn by_cursor(scene: &Scene<'_>, request: &SearchRequest) -> Result<Vec<String>> {
    let mut keys = Vec::new();
    let mut page = Page::Offset(0);
    loop {
        let response = scene.search(&SearchRequest { page, ..request.clone() }).await?;
        let Some(last) = response.hits.last() else { return Ok(keys) };
        page = Page::After(last.cursor.clone());
        keys.extend(response.hits.into_iter().map(|hit| hit.key));
    }
}

async fn a_cursor_of_something_else_is_refused(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "cursors").await?;
    scene.put(&[("a", json!({ "kind": "x", "count": 1 }))]).await?;
    let of = async |sort: &[SortKey]| {
        Ok::<_, crate::Error>(scene.search(&sorted(sort)).await?.hits[0].cursor.clone())
    };
    let foreign = [
        String::new(),
        "?".to_owned(),
        "bnVsbA".to_owned(),
        "W10".to_owned(),
        "A".repeat(100_000),
        of(&[]).await?,
        of(&[up("count")]).await?,
        of(&[up("kind"), up("count")]).await?,
    ];
    for cursor in foreign {
        let request = SearchRequest { page: Page::After(cursor.clone()), ..sorted(&[up("kind")]) };
        assert_eq!(
            scene.search(&request).await.map_err(|error| error.kind()),
            Err(Kind::Invalid),
            "{cursor}"
        );
    }
    scene.remove().await
}
