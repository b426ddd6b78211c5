//! tantivy, the embedded search engine: one index directory per index.
//!
//! What a document is in tantivy's terms is in `schema` and `document`; how it gets there in
//! `writer`, the one thread that writes an index, and `directory`, which says when files are made
//! durable; how it is found in `translate` and `collect`.
//!
//! **Invariant:** no call blocks the executor: searches run on the blocking pool, writes on the
//! thread of their index.

mod batch;
mod collect;
mod deletions;
mod directory;
mod document;
mod home;
mod journal;
mod listing;
mod merging;
mod older;
mod opened;
mod schema;
#[cfg(test)]
mod tests;
mod translate;
mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use repono_service::ports::{
    IndexDefinition, IndexName, IndexWrite, ItemFailure, SearchIndex, SearchRequest,
    SearchResponse, Visible,
};
use repono_service::{Error, Result};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::spawn_blocking;
use tracing::error;

use self::home::Found;
use self::opened::Opened;
use self::writer::{Job, Writer};
use crate::search::{not_found, other_definition, unavailable};

/// Documents that may wait to be written to one index; more callers wait before they hand theirs over.
const WAITING: u32 = 2_048;
/// Searches at a time, per index.
const SEARCHES: usize = 16;

/// Indices in a directory. Dropping it closes them in order, which may take a moment: see
/// [`Tantivy::close`].
pub struct Tantivy {
    dir: PathBuf,
    handles: Mutex<BTreeMap<IndexName, Arc<Handle>>>,
    /// Held while the folder of an index is made or removed.
    folders: tokio::sync::Mutex<()>,
}

struct Handle {
    opened: Arc<Opened>,
    writer: Mutex<State>,
    waiting: Arc<Semaphore>,
    searches: Semaphore,
}

enum State {
    /// Nothing was written yet.
    Idle,
    Writing(Writer),
    Closed,
}

impl Tantivy {
    /// Opens the indices of a directory. One that is damaged is empty, and unclean.
    pub fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir).map_err(unavailable)?;
        let mut handles = BTreeMap::new();
        for name in home::list(dir).map_err(unavailable)? {
            let Some(folder) = home::folder(dir, &name) else { continue };
            let opened = match home::look(&folder) {
                Found::Index(definition) => Opened::open(&folder, &definition)?,
                Found::Outdated(definition) => Opened::renew(&folder, &definition)?,
                Found::Nothing => {
                    error!("search index {name} has no readable definition and is left out");
                    continue;
                }
            };
            handles.insert(name, Arc::new(Handle::new(opened)));
        }
        Ok(Self {
            dir: dir.to_owned(),
            handles: Mutex::new(handles),
            folders: tokio::sync::Mutex::new(()),
        })
    }

    /// Closes the indices in order: what was written is durable when it returns.
    pub async fn close(&self) -> Result<()> {
        let handles = std::mem::take(&mut *self.handles());
        blocking(move || {
            for handle in handles.values() {
                handle.close();
            }
            Ok(())
        })
        .await
    }

    fn handles(&self) -> MutexGuard<'_, BTreeMap<IndexName, Arc<Handle>>> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, index: &IndexName) -> Result<Arc<Handle>> {
        self.handles().get(index).cloned().ok_or_else(|| not_found(index))
    }
}

impl Drop for Tantivy {
    fn drop(&mut self) {
        self.handles().values().for_each(|handle| handle.close());
    }
}

impl Handle {
    fn new(opened: Opened) -> Self {
        Self {
            opened: Arc::new(opened),
            writer: Mutex::new(State::Idle),
            waiting: Arc::new(Semaphore::new(WAITING as usize)),
            searches: Semaphore::new(SEARCHES),
        }
    }

    /// Hands the job to the writer, which is started if there is none. `None` if the index is closed.
    fn send(&self, job: Job) -> Result<Option<()>> {
        let mut state = self.state();
        let job = match &*state {
            State::Closed => return Ok(None),
            State::Idle => Box::new(job),
            State::Writing(writer) => match writer.send(job) {
                Ok(()) => return Ok(Some(())),
                Err(unsent) => unsent,
            },
        };
        let writer = Writer::start(Arc::clone(&self.opened))?;
        let sent = writer.send(*job).map_err(|_| writer::unanswered());
        *state = State::Writing(writer);
        sent.map(Some)
    }

    /// Waits until the writer has ended.
    fn close(&self) {
        let before = std::mem::replace(&mut *self.state(), State::Closed);
        if let State::Idle = before
            && !self.opened.is_unclean()
            && let Err(error) = home::unmark(&self.opened.folder)
        {
            error!(
                "search index {} stays marked as being written: {error}",
                self.opened.folder.display()
            );
        }
        drop(before);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SearchIndex for Tantivy {
    async fn create(&self, index: &IndexName, definition: &IndexDefinition) -> Result<()> {
        let folder = home::folder(&self.dir, index).ok_or_else(|| {
            Error::Invalid(format!("{index} cannot be the name of a search index"))
        })?;
        let _held = self.folders.lock().await;
        if let Ok(handle) = self.handle(index) {
            let same = handle.opened.definition == *definition;
            return if same { Ok(()) } else { Err(other_definition(index)) };
        }
        let definition = definition.clone();
        let opened = blocking(move || Opened::create(&folder, &definition)).await?;
        self.handles().insert(index.clone(), Arc::new(Handle::new(opened)));
        Ok(())
    }

    async fn remove(&self, index: &IndexName) -> Result<()> {
        let _held = self.folders.lock().await;
        let Some(handle) = self.handles().remove(index) else { return Ok(()) };
        blocking(move || {
            handle.close();
            home::clear(&handle.opened.folder).map_err(unavailable)
        })
        .await
    }

    async fn indices(&self) -> Result<Vec<IndexName>> {
        Ok(self.handles().keys().cloned().collect())
    }

    async fn write(
        &self,
        index: &IndexName,
        writes: Vec<IndexWrite>,
        visible: Visible,
    ) -> Result<Vec<ItemFailure>> {
        let handle = self.handle(index)?;
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let places = u32::try_from(writes.len()).unwrap_or(WAITING).clamp(1, WAITING);
        let room =
            Arc::clone(&handle.waiting).acquire_many_owned(places).await.map_err(unavailable)?;
        let (answer, answered) = oneshot::channel();
        handle.send(Job { writes, visible, answer, room })?.ok_or_else(|| not_found(index))?;
        answered.await.map_err(|_| writer::unanswered())?
    }

    async fn search(&self, index: &IndexName, request: &SearchRequest) -> Result<SearchResponse> {
        let handle = self.handle(index)?;
        let _turn = handle.searches.acquire().await.map_err(unavailable)?;
        let (opened, request) = (Arc::clone(&handle.opened), request.clone());
        blocking(move || collect::search(&opened, &request)).await
    }

    async fn versions(
        &self,
        index: &IndexName,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>> {
        let opened = Arc::clone(&self.handle(index)?.opened);
        let after = after.map(str::to_owned);
        blocking(move || listing::versions(&opened, after.as_deref(), limit).map_err(unavailable))
            .await
    }

    async fn count(&self, index: &IndexName) -> Result<u64> {
        let opened = Arc::clone(&self.handle(index)?.opened);
        blocking(move || listing::count(&opened).map_err(unavailable)).await
    }

    async fn unclean(&self, index: &IndexName) -> Result<bool> {
        Ok(self.handle(index)?.opened.is_unclean())
    }

    async fn repaired(&self, index: &IndexName) -> Result<()> {
        self.handle(index)?.opened.repaired();
        Ok(())
    }

    async fn ping(&self) -> Result<()> {
        let dir = self.dir.clone();
        blocking(move || std::fs::read_dir(dir).map(drop).map_err(unavailable)).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(work).await.map_err(|panic| Error::internal("search", panic))?
}
