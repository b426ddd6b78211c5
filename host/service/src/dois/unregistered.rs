//! Records that were published while nobody followed their DOIs.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use repono_domain::{CollectionName, Doi, DoiProgress, RecordId};

use super::register;
use crate::ports::{Change, Filter};
use crate::{Context, Kind, Result};

/// Records that are looked at together.
const BATCH: u32 = 100;
/// DOIs that the agency is told of at a time.
const AT_A_TIME: usize = 4;

/// What came of a part of a collection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// The last record that was looked at. None: there is no more.
    pub last: Option<RecordId>,
    /// DOIs that were registered.
    pub registered: u64,
    /// DOIs that the agency refused, or of which it was not told as they break its rules: each is kept
    /// with its reason.
    pub refused: u64,
}

/// Registers the DOIs of published records after this one, and of their works, that nobody has brought in
/// line yet.
///
/// # Errors
/// `Unavailable` if the agency does not answer: the same part can be done again.
pub(crate) async fn register_unregistered(
    ctx: &Context,
    collection: &CollectionName,
    after: Option<RecordId>,
) -> Result<Part> {
    let ids = ctx.database.walk(collection, Filter::Published, after, BATCH).await?;
    let mut dois = Vec::new();
    for record in ctx.database.stored(&ids).await?.into_iter().filter_map(|stored| stored.record) {
        let parent = &record.parent;
        for (id, pids) in [(record.id, &record.document.pids), (parent.id, &parent.pids)] {
            if let Some(name) = Doi::own(id, pids) {
                dois.push((id, name.to_owned()));
            }
        }
    }
    dois.sort();
    dois.dedup();

    let outcomes: Vec<Option<bool>> = stream::iter(dois)
        .map(|(id, name)| one(ctx, collection, id, name))
        .buffer_unordered(AT_A_TIME)
        .try_collect()
        .await?;
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == Some(wanted)).count() as u64;
    Ok(Part { last: ids.last().copied(), registered: count(true), refused: count(false) })
}

/// Whether the agency took it; none: it had it already.
async fn one(
    ctx: &Context,
    collection: &CollectionName,
    record: RecordId,
    name: String,
) -> Result<Option<bool>> {
    let known = ctx.database.doi(record).await?;
    if known.is_some_and(|doi| doi.progress == DoiProgress::Done) {
        return Ok(None);
    }
    let collection = collection.clone();
    ctx.database.write(vec![Change::FollowDoi { record, collection, name }]).await?;
    match register(ctx, record).await {
        Ok(_) => Ok(Some(true)),
        Err(error) if error.kind() == Kind::Invalid => Ok(Some(false)),
        Err(error) => Err(error),
    }
}
