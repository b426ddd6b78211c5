//! What every search index promises.
//!
//! An adapter's test calls [`keeps_the_contract`] with an empty backend and, if it keeps anything on
//! a disk of its own, [`keeps_what_was_written`].

pub mod arrival;
mod facets;
mod finding;
mod indices;
mod places;
mod ranges;
mod scene;
mod sorting;
mod writing;

use self::scene::{Scene, write};
use crate::Result;
use crate::ports::{SearchIndex, Visible};
use crate::query::Query;

/// Runs the suite; each part makes its own index and removes it.
pub async fn keeps_the_contract(backend: &dyn SearchIndex) -> Result<()> {
    indices::run(backend).await?;
    writing::run(backend).await?;
    finding::run(backend).await?;
    ranges::run(backend).await?;
    places::run(backend).await?;
    facets::run(backend).await?;
    sorting::run(backend).await?;
    backend.ping().await
}

/// Writes by one backend and reads by the next: `open` opens the same place again each time.
pub async fn keeps_what_was_written<B: SearchIndex>(open: impl AsyncFn() -> B) -> Result<()> {
    let backend = open().await;
    let scene = Scene::new(&backend, "kept").await?;
    scene
        .put(&[
            ("a", serde_json::json!({ "title": "kept" })),
            ("b", serde_json::json!({ "title": "lost" })),
        ])
        .await?;
    scene.write(vec![write("b", 7, None)], Visible::OnReturn).await?;
    drop(backend);

    let backend = open().await;
    let scene = Scene::known(&backend, "kept");
    assert_eq!(backend.indices().await?, std::slice::from_ref(&scene.name));
    assert_eq!(scene.keys(Query::All).await?, ["a"]);
    assert!(!backend.unclean(&scene.name).await?, "it was closed in order");
    scene
        .write(vec![write("b", 6, Some(serde_json::json!({ "title": "late" })))], Visible::OnReturn)
        .await?;
    assert_eq!(scene.keys(Query::All).await?, ["a"], "the deletion is remembered");
    backend.create(&scene.name, &scene::definition()).await?;
    scene.remove().await?;
    drop(backend);

    assert!(open().await.indices().await?.is_empty());
    Ok(())
}
