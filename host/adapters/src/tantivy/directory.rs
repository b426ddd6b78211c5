//! Files of an index that are made durable now and then instead of at every commit.
//!
//! A commit makes half a dozen files, and tantivy waits for the disk after each. The database is
//! the truth and can repair an index, so a commit here ends when the operating system has its
//! files: they outlive this process, but not a power failure. To make a file costs more than to
//! fill it, and most of them are merged into others within a second, so small ones are kept in
//! memory and in a [`Journal`]. [`Files::checkpoint`] makes one commit durable as a whole, in files
//! of their own, and keeps these until the next one; [`Files::fall_back`] returns to it.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes,
    TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};

use super::journal::{self, Journal};

const META: &str = "meta.json";
const MANAGED: &str = ".managed.json";
/// A larger file goes into the folder at once.
const SMALL_BYTES: usize = 1 << 20;
/// Beyond this in memory, every file does.
const MEMORY_BYTES: usize = 64 << 20;

/// The directory of one index.
#[derive(Clone, Debug)]
pub(super) struct Files {
    root: PathBuf,
    mmap: MmapDirectory,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// tantivy's list of its files: rebuilt when opened, so it need not be stored.
    managed: Option<Vec<u8>>,
    /// In memory and in a journal, not yet in the folder.
    small: BTreeMap<PathBuf, OwnedBytes>,
    journal: Journal,
    /// Segments of the durable commit, as their file names begin.
    pinned: HashSet<String>,
    /// Being written into the folder by a checkpoint.
    moving: HashSet<PathBuf>,
    /// Files of both that tantivy no longer needs.
    deferred: HashSet<PathBuf>,
    synced: HashSet<PathBuf>,
}

impl Files {
    /// Opens a directory that exists.
    pub(super) fn open(root: &Path) -> tantivy::Result<Self> {
        let mmap = MmapDirectory::open(root)?;
        let pinned = fs::read(root.join(META)).map(|meta| segments(&meta)).unwrap_or_default();
        let (journal, records) = Journal::open(root)?;
        let state = State {
            managed: None,
            small: records
                .into_iter()
                .map(|(name, content)| (name, OwnedBytes::new(content)))
                .collect(),
            journal,
            pinned,
            moving: HashSet::new(),
            deferred: HashSet::new(),
            synced: HashSet::new(),
        };
        Ok(Self { root: root.to_owned(), mmap, state: Arc::new(Mutex::new(state)) })
    }

    /// Makes the newest commit durable. One call at a time.
    pub(super) fn checkpoint(&self) -> io::Result<()> {
        let mut state = self.state();
        state.journal.flush()?;
        let journal = state.journal.begin_another();
        let small = state.small.clone();
        let meta = match small.get(Path::new(META)) {
            Some(meta) => meta.to_vec(),
            None => fs::read(self.root.join(META))?,
        };
        let wanted = segments(&meta);
        state.pinned.extend(wanted.iter().cloned());
        state.moving = small.keys().cloned().collect();
        drop(state);

        let done = self
            .write_out(&small)
            .and_then(|()| self.sync(&wanted))
            .and_then(|()| self.replace_durably(META, &meta));

        let mut state = self.state();
        state.moving.clear();
        if done.is_ok() {
            // What has changed meanwhile is in the journal begun above.
            state.small.retain(|name, content| {
                small.get(name).is_none_or(|moved| moved.as_ptr() != content.as_ptr())
            });
            state.pinned = wanted;
        }
        self.delete_deferred(&mut state);
        drop(state);
        done.and_then(|()| journal::remove_before(&self.root, journal))
    }

    /// Makes the newest durable commit the newest one. Says whether there was any.
    pub(super) fn fall_back(self) -> io::Result<bool> {
        journal::remove_before(&self.root, u64::MAX)?;
        Ok(self.root.join(META).exists())
    }

    fn write_out(&self, small: &BTreeMap<PathBuf, OwnedBytes>) -> io::Result<()> {
        for (name, content) in small.iter().filter(|(name, _)| *name != Path::new(META)) {
            if self.state().small.contains_key(name) {
                fs::write(self.root.join(name), content)?;
            }
        }
        Ok(())
    }

    fn sync(&self, wanted: &HashSet<String>) -> io::Result<()> {
        for name in names(&self.root)?.into_iter().filter(|name| belongs(name, wanted)) {
            if self.state().synced.contains(&name) {
                continue;
            }
            File::open(self.root.join(&name))?.sync_all()?;
            self.state().synced.insert(name);
        }
        Ok(())
    }

    fn delete_deferred(&self, state: &mut State) {
        let State { pinned, deferred, synced, .. } = state;
        deferred.retain(|name| {
            let keep = belongs(name, pinned);
            if !keep {
                synced.remove(name);
                drop(fs::remove_file(self.root.join(name)));
            }
            keep
        });
    }

    /// Keeps a small file.
    fn keep(&self, path: &Path, content: Vec<u8>) -> io::Result<()> {
        let name = path.to_str().ok_or(io::ErrorKind::InvalidInput)?;
        let mut state = self.state();
        state.journal.append(name, &content)?;
        state.small.insert(path.to_owned(), OwnedBytes::new(content));
        Ok(())
    }

    fn replace_durably(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let temporary = self.root.join(format!(".{name}.tmp"));
        let mut file = File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(temporary, self.root.join(name))?;
        self.mmap.sync_directory()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// First parts of the file names of the segments of a commit.
fn segments(meta: &[u8]) -> HashSet<String> {
    let meta: serde_json::Value = serde_json::from_slice(meta).unwrap_or_default();
    let segments = meta["segments"].as_array().into_iter().flatten();
    segments.filter_map(|segment| Some(segment["segment_id"].as_str()?.replace('-', ""))).collect()
}

fn belongs(name: &Path, segments: &HashSet<String>) -> bool {
    name.to_str()
        .and_then(|name| name.split('.').next())
        .is_some_and(|stem| segments.contains(stem))
}

fn names(root: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(root)?.map(|entry| Ok(PathBuf::from(entry?.file_name()))).collect()
}

impl Directory for Files {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        if let Some(content) = self.state().small.get(path) {
            return Ok(Arc::new(content.clone()));
        }
        self.mmap.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let mut state = self.state();
        let was_small = state.small.remove(path).is_some();
        if belongs(path, &state.pinned) || state.moving.contains(path) {
            state.deferred.insert(path.to_owned());
            return Ok(());
        }
        if was_small {
            return Ok(());
        }
        state.synced.remove(path);
        drop(state);
        self.mmap.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(self.state().small.contains_key(path) || self.mmap.exists(path)?)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let wrap = |error| OpenWriteError::wrap_io_error(error, path.to_owned());
        match self.exists(path) {
            Ok(false) => {}
            Ok(true) => return Err(OpenWriteError::FileAlreadyExists(path.to_owned())),
            Err(error) => return Err(wrap(io::Error::other(error))),
        }
        let is_full =
            self.state().small.values().map(OwnedBytes::len).sum::<usize>() > MEMORY_BYTES;
        let mut writing =
            Writing { files: self.clone(), path: path.to_owned(), content: Vec::new(), file: None };
        if is_full {
            writing.move_to_folder().map_err(wrap)?;
        }
        Ok(BufWriter::new(Box::new(writing)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let mut state = self.state();
        if let Some(content) = state.small.get(path) {
            return Ok(content.to_vec());
        }
        if path != Path::new(MANAGED) {
            return self.mmap.atomic_read(path);
        }
        if let Some(managed) = &state.managed {
            return Ok(managed.clone());
        }
        let wrap = |error| OpenReadError::wrap_io_error(error, path.to_owned());
        let mut files = names(&self.root).map_err(wrap)?;
        files.extend(state.small.keys().cloned());
        files.retain(|name| is_tantivys(name));
        let managed = serde_json::to_vec(&files).map_err(|error| wrap(error.into()))?;
        state.managed = Some(managed.clone());
        Ok(managed)
    }

    fn atomic_write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        if path == Path::new(MANAGED) {
            self.state().managed = Some(content.to_vec());
            return Ok(());
        }
        self.keep(path, content.to_vec())?;
        // A commit ends with this.
        self.state().journal.flush()
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.mmap.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.mmap.watch(callback)
    }
}

/// Whether tantivy may delete it: files of segments begin with 32 hexadecimal digits.
fn is_tantivys(name: &Path) -> bool {
    let stem = name.to_str().and_then(|name| name.split('.').next());
    name == Path::new(META)
        || stem.is_some_and(|stem| {
            stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

/// A file that is being written. It ends without waiting for the disk.
struct Writing {
    files: Files,
    path: PathBuf,
    content: Vec<u8>,
    /// Where it goes if it is not small.
    file: Option<File>,
}

impl Writing {
    fn move_to_folder(&mut self) -> io::Result<()> {
        let path = self.files.root.join(&self.path);
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(&self.content)?;
        self.content = Vec::new();
        self.file = Some(file);
        Ok(())
    }
}

impl Write for Writing {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        if self.file.is_none() && self.content.len() + content.len() > SMALL_BYTES {
            self.move_to_folder()?;
        }
        match &mut self.file {
            Some(file) => file.write(content),
            None => self.content.write(content),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for Writing {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        match self.file {
            Some(_) => Ok(()),
            None => self.files.keep(&self.path, std::mem::take(&mut self.content)),
        }
    }
}
