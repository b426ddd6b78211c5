//! Versions decide; what was written is found.

use futures::future::try_join_all;
use serde_json::{Value, json};

use super::scene::{Scene, write};
use crate::Result;
use crate::ports::{SearchIndex, Visible};
use crate::query::Query;

pub(super) async fn run(backend: &dyn SearchIndex) -> Result<()> {
    a_lower_version_does_nothing(backend).await?;
    a_deletion_is_remembered(backend).await?;
    the_newest_of_a_batch_counts(backend).await?;
    a_hundred_callers_find_what_they_wrote(backend).await?;
    callers_in_no_hurry_are_answered(backend).await?;
    a_bad_document_does_not_stop_its_batch(backend).await?;
    keys_and_versions_are_listed_in_order(backend).await
}

fn titled(title: &str) -> Value {
    json!({ "title": title })
}

async fn with_title(scene: &Scene<'_>, title: &str) -> Result<Vec<String>> {
    scene
        .keys(Query::Words { fields: vec![("title".to_owned(), 1.0)], text: title.to_owned() })
        .await
}

async fn a_lower_version_does_nothing(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "stale").await?;
    scene.write(vec![write("a", 5, titled("five"))], Visible::OnReturn).await?;

    scene.write(vec![write("a", 4, titled("four"))], Visible::OnReturn).await?;
    assert_eq!(with_title(&scene, "five").await?, ["a"]);
    assert!(with_title(&scene, "four").await?.is_empty());

    scene.write(vec![write("a", 5, titled("again"))], Visible::OnReturn).await?;
    assert_eq!(with_title(&scene, "again").await?, ["a"]);
    assert!(with_title(&scene, "five").await?.is_empty());

    scene.write(vec![write("a", 4, None)], Visible::OnReturn).await?;
    scene.write(vec![write("a", 6, titled("six"))], Visible::OnReturn).await?;
    assert_eq!(with_title(&scene, "six").await?, ["a"]);
    assert_eq!(backend.count(&scene.name).await?, 1);
    scene.remove().await
}

async fn a_deletion_is_remembered(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "deleted").await?;
    scene.put(&[("a", json!({ "title": "here" })), ("b", json!({ "title": "here" }))]).await?;

    scene.write(vec![write("a", 3, None), write("never", 3, None)], Visible::OnReturn).await?;
    scene
        .write(
            vec![write("a", 2, titled("late")), write("never", 2, titled("late"))],
            Visible::OnReturn,
        )
        .await?;

    assert_eq!(scene.keys(Query::All).await?, ["b"]);
    assert_eq!(
        scene
            .keys(Query::Bool { must: vec![], should: vec![], must_not: vec![Query::Nothing] })
            .await?,
        ["b"]
    );
    assert_eq!(backend.count(&scene.name).await?, 1);
    assert_eq!(backend.versions(&scene.name, None, 10).await?, [("b".to_owned(), 1)]);

    scene.write(vec![write("a", 3, titled("back"))], Visible::OnReturn).await?;
    assert_eq!(scene.keys(Query::All).await?, ["a", "b"]);
    scene.remove().await
}

async fn the_newest_of_a_batch_counts(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "batch").await?;
    let batch = vec![
        write("a", 2, titled("two")),
        write("a", 3, titled("three")),
        write("a", 1, titled("one")),
        write("b", 1, titled("one")),
        write("b", 2, None),
    ];

    scene.write(batch, Visible::OnReturn).await?;

    assert_eq!(with_title(&scene, "three").await?, ["a"]);
    assert_eq!(scene.keys(Query::All).await?, ["a"]);
    scene.remove().await
}

async fn a_hundred_callers_find_what_they_wrote(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "callers").await?;

    try_join_all((0..100).map(async |number| {
        let key = format!("key{number:03}");
        scene.write(vec![write(&key, 1, titled(&key))], Visible::OnReturn).await?;
        assert_eq!(with_title(&scene, &key).await?, [key]);
        Ok::<_, crate::Error>(())
    }))
    .await?;

    assert_eq!(backend.count(&scene.name).await?, 100);
    scene.remove().await
}

async fn callers_in_no_hurry_are_answered(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "eventually").await?;
    let batch = |batch: usize| {
        (0..50).map(|number| write(&format!("{batch}-{number}"), 1, titled("soon"))).collect()
    };

    let answered =
        try_join_all((0..10).map(|number| scene.write(batch(number), Visible::Eventually))).await?;
    assert!(answered.iter().all(Vec::is_empty));

    // A write that is visible on return takes the earlier ones with it.
    scene.write(vec![write("last", 1, titled("soon"))], Visible::OnReturn).await?;
    assert_eq!(backend.count(&scene.name).await?, 501);
    scene.remove().await
}

async fn a_bad_document_does_not_stop_its_batch(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "bad").await?;
    let misfits = json!({ "count": "many", "size": {}, "open": 3, "published": "soon", "place": [500, 500], "kind": { "a": 1 }, "title": null });

    let failures = scene
        .write(
            vec![
                write("a", 1, Some(misfits)),
                write("b", 1, Some(json!(7))),
                write("c", 1, titled("good")),
            ],
            Visible::OnReturn,
        )
        .await?;

    assert_eq!(failures.iter().map(|failure| failure.key.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(scene.keys(Query::All).await?, ["a", "c"]);
    for field in ["count", "size", "open", "published", "place", "kind"] {
        assert!(scene.keys(Query::Exists { field: field.to_owned() }).await?.is_empty(), "{field}");
    }
    scene.remove().await
}

async fn keys_and_versions_are_listed_in_order(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "listed").await?;
    for number in [3_u64, 1, 4, 0, 2, 5] {
        scene
            .write(
                vec![write(&format!("key{number}"), number + 10, titled("x"))],
                Visible::OnReturn,
            )
            .await?;
    }
    scene
        .write(vec![write("key4", 20, None), write("key1", 30, titled("y"))], Visible::OnReturn)
        .await?;

    let mut listed = Vec::new();
    while let Some(page) = Some(
        backend
            .versions(&scene.name, listed.last().map(|(key, _): &(String, u64)| key.as_str()), 2)
            .await?,
    )
    .filter(|page| !page.is_empty())
    {
        assert!(page.len() <= 2);
        listed.extend(page);
    }

    let expected = [("key0", 10), ("key1", 30), ("key2", 12), ("key3", 13), ("key5", 15)];
    assert_eq!(listed, expected.map(|(key, version)| (key.to_owned(), version)));
    scene.remove().await
}
