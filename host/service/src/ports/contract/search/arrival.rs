//! Whatever comes in whatever order, an index ends with the last version of everything.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::json;

use super::scene::{Scene, write};
use crate::Result;
use crate::ports::{IndexWrite, SearchIndex, Visible};

/// Batches that are under way at a time.
const AT_A_TIME: usize = 4;

/// A document's number and a version of it: what that version holds is the same whenever it comes.
pub type Arrival = (u8, u64);

/// Writes batches that overtake one another, and says whether the index holds what it must.
///
/// An adapter's property test calls this with many histories, each with a `name` of its own.
pub async fn ends_with_the_last_versions(
    backend: &dyn SearchIndex,
    name: &str,
    batches: &[Vec<Arrival>],
) -> Result<()> {
    let scene = Scene::new(backend, name).await?;
    stream::iter(batches)
        .map(|batch| {
            scene
                .write(batch.iter().map(|arrival| written(*arrival)).collect(), Visible::Eventually)
        })
        .buffer_unordered(AT_A_TIME)
        .try_for_each(|failures| {
            assert!(failures.is_empty(), "{failures:?}");
            std::future::ready(Ok(()))
        })
        .await?;
    scene.write(Vec::new(), Visible::OnReturn).await?;

    let mut last: BTreeMap<u8, u64> = BTreeMap::new();
    for (document, version) in batches.iter().flatten() {
        let known = last.entry(*document).or_insert(*version);
        *known = (*known).max(*version);
    }
    let expected: Vec<_> = last
        .into_iter()
        .filter(|arrival| !is_deletion(*arrival))
        .map(|(document, version)| (key(document), version))
        .collect();
    assert_eq!(backend.versions(&scene.name, None, 1_000).await?, expected);
    scene.remove().await
}

fn written(arrival: Arrival) -> IndexWrite {
    let (document, version) = arrival;
    let body = (!is_deletion(arrival)).then(|| json!({ "title": "a title", "count": version }));
    write(&key(document), version, body)
}

fn is_deletion((document, version): Arrival) -> bool {
    (u64::from(document) + version) % 3 == 0
}

fn key(document: u8) -> String {
    format!("document-{document:03}")
}
