//! Indices come and go.

use serde_json::json;

use super::scene::{Scene, definition, write};
use crate::ports::{SearchIndex, Visible};
use crate::query::Query;
use crate::{Kind, Result};

pub(super) async fn run(backend: &dyn SearchIndex) -> Result<()> {
    an_index_is_made_once(backend).await?;
    what_is_not_there_is_not_found(backend).await?;
    searches_in_flight_outlive_a_removal(backend).await
}

async fn an_index_is_made_once(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "made").await?;
    scene.put(&[("a", json!({ "title": "first" }))]).await?;

    backend.create(&scene.name, &definition()).await?;

    assert_eq!(backend.count(&scene.name).await?, 1);
    assert!(backend.indices().await?.contains(&scene.name));
    assert!(!backend.unclean(&scene.name).await?);
    let mut other = definition();
    other.fields.pop();
    let refused = backend.create(&scene.name, &other).await;
    assert_eq!(refused.map_err(|error| error.kind()), Err(Kind::Conflict));
    scene.remove().await
}

async fn what_is_not_there_is_not_found(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::known(backend, "absent");
    let kinds = [
        scene.write(vec![write("a", 1, None)], Visible::Eventually).await.map(drop),
        scene.keys(Query::All).await.map(drop),
        backend.count(&scene.name).await.map(drop),
        backend.versions(&scene.name, None, 1).await.map(drop),
    ];
    for kind in kinds {
        assert_eq!(kind.map_err(|error| error.kind()), Err(Kind::NotFound));
    }
    scene.remove().await
}

async fn searches_in_flight_outlive_a_removal(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "removed").await?;
    let documents: Vec<_> = (0..200)
        .map(|number| write(&format!("{number}"), 1, Some(json!({ "title": "a word" }))))
        .collect();
    scene.write(documents, Visible::OnReturn).await?;

    let searches = futures::future::join_all((0..20).map(|_| scene.keys(Query::All)));
    let (found, removed) = tokio::join!(searches, backend.remove(&scene.name));

    removed?;
    for found in found {
        match found {
            Ok(keys) => assert_eq!(keys.len(), 200),
            Err(error) => assert_eq!(error.kind(), Kind::NotFound, "{error:?}"),
        }
    }
    assert!(!backend.indices().await?.contains(&scene.name));
    let again = Scene::new(backend, "removed").await?;
    assert_eq!(backend.count(&again.name).await?, 0);
    again.remove().await
}
