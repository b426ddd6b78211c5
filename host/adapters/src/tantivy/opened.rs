//! An index that is open for reading.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use repono_service::Result;
use repono_service::ports::IndexDefinition;
use tantivy::{Index, IndexReader, IndexSettings, ReloadPolicy, Searcher, TantivyError};
use tracing::error;

use super::directory::Files;
use super::home;
use super::schema::Layout;
use crate::search::{unavailable, words};

/// Shared by those who search and the one who writes.
pub(super) struct Opened {
    pub(super) folder: PathBuf,
    pub(super) definition: IndexDefinition,
    pub(super) layout: Layout,
    pub(super) files: Files,
    pub(super) index: Index,
    pub(super) reader: IndexReader,
    /// Whether writes may have been lost before it was opened, and nobody has repaired it since.
    pub(super) unclean: AtomicBool,
}

impl Opened {
    /// Makes an empty index in a folder.
    pub(super) fn create(folder: &Path, definition: &IndexDefinition) -> Result<Self> {
        home::make(folder, definition).map_err(unavailable)?;
        Self::at(folder, definition, false).map_err(unavailable)
    }

    /// Opens an index. One that cannot be read is emptied, and unclean.
    pub(super) fn open(folder: &Path, definition: &IndexDefinition) -> Result<Self> {
        let unclean = home::may_have_lost(folder);
        match Self::at(folder, definition, unclean).and_then(|opened| opened.checked(unclean)) {
            Ok(opened) => Ok(opened),
            Err(damage) => Self::mend(folder, definition, &damage),
        }
    }

    /// Empties an index that was laid out in another way.
    pub(super) fn renew(folder: &Path, definition: &IndexDefinition) -> Result<Self> {
        home::make(folder, definition)
            .and_then(|()| home::mark_lost(folder))
            .map_err(unavailable)?;
        Self::at(folder, definition, true).map_err(unavailable)
    }

    pub(super) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    fn at(
        folder: &Path,
        definition: &IndexDefinition,
        unclean: bool,
    ) -> Result<Self, TantivyError> {
        let layout = Layout::new(definition);
        let files = Files::open(folder)?;
        let settings =
            IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() };
        let builder = Index::builder()
            .schema(layout.schema.clone())
            .settings(settings)
            .tokenizers(words::tokenizers());
        let index = builder.open_or_create(files.clone())?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            folder: folder.to_owned(),
            definition: definition.clone(),
            layout,
            files,
            index,
            reader,
            unclean: AtomicBool::new(unclean),
        })
    }

    fn checked(self, unclean: bool) -> Result<Self, TantivyError> {
        let broken = if unclean { self.index.validate_checksum()? } else { HashSet::default() };
        match broken.into_iter().next() {
            Some(file) => {
                Err(TantivyError::InvalidArgument(format!("{} is damaged", file.display())))
            }
            None => Ok(self),
        }
    }

    /// Goes back to the last durable commit if that is whole, and to nothing otherwise.
    fn mend(folder: &Path, definition: &IndexDefinition, damage: &TantivyError) -> Result<Self> {
        home::mark_lost(folder).map_err(unavailable)?;
        let durable = Files::open(folder).and_then(|files| Ok(files.fall_back()?));
        if let Ok(true) = durable
            && let Ok(opened) =
                Self::at(folder, definition, true).and_then(|opened| opened.checked(true))
        {
            error!(
                "search index {} was damaged and is back at its last durable commit: {damage}",
                folder.display()
            );
            return Ok(opened);
        }
        error!("search index {} was damaged and is empty now: {damage}", folder.display());
        Self::renew(folder, definition)
    }
}

impl Opened {
    pub(super) fn is_unclean(&self) -> bool {
        self.unclean.load(Ordering::Acquire)
    }

    pub(super) fn repaired(&self) {
        self.unclean.store(false, Ordering::Release);
    }
}
