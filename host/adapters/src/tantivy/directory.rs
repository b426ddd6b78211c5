//! Files of an index that are made durable now and then instead of at every commit.
//!
//! A commit makes half a dozen files, and tantivy waits for the disk after each. The database is
//! the truth and can repair an index, so a commit here ends when the operating system has the
//! files: they outlive this process, but not a power failure. [`Files::checkpoint`] then makes one
//! commit durable as a whole, keeping its files until the next one, and [`Files::fall_back`]
//! returns to it.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};

const META: &str = "meta.json";
const DURABLE_META: &str = "meta.durable.json";
const MANAGED: &str = ".managed.json";

/// The directory of one index.
#[derive(Clone, Debug)]
pub(super) struct Files {
    root: PathBuf,
    mmap: MmapDirectory,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// tantivy's list of its files: rebuilt when opened, so it need not be stored.
    managed: Option<Vec<u8>>,
    /// Segments of the durable commit, as their file names begin.
    pinned: HashSet<String>,
    /// Files of theirs that tantivy no longer needs.
    deferred: HashSet<PathBuf>,
    synced: HashSet<PathBuf>,
}

impl Files {
    /// Opens a directory that exists.
    pub(super) fn open(root: &Path) -> tantivy::Result<Self> {
        let mmap = MmapDirectory::open(root)?;
        let pinned =
            fs::read(root.join(DURABLE_META)).map(|meta| segments(&meta)).unwrap_or_default();
        let state = State { pinned, ..State::default() };
        Ok(Self { root: root.to_owned(), mmap, state: Arc::new(Mutex::new(state)) })
    }

    /// Makes the newest commit durable. One call at a time.
    ///
    /// Fails with `NotFound` if a merge removes files meanwhile: the next call does it.
    pub(super) fn checkpoint(&self) -> io::Result<()> {
        let meta = fs::read(self.root.join(META))?;
        let wanted = segments(&meta);
        let before = self.state().pinned.clone();
        self.state().pinned.extend(wanted.iter().cloned());

        let done = self.sync(&wanted).and_then(|()| self.replace_durably(DURABLE_META, &meta));

        self.state().pinned = if done.is_ok() { wanted } else { before };
        self.delete_unpinned();
        done
    }

    /// Makes the newest durable commit the newest one. Says whether there was any.
    pub(super) fn fall_back(&self) -> io::Result<bool> {
        match fs::read(self.root.join(DURABLE_META)) {
            Ok(meta) => self.replace_durably(META, &meta).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
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

    fn delete_unpinned(&self) {
        let mut state = self.state();
        let State { pinned, deferred, synced, .. } = &mut *state;
        deferred.retain(|name| {
            let keep = belongs(name, pinned);
            if !keep {
                synced.remove(name);
                drop(fs::remove_file(self.root.join(name)));
            }
            keep
        });
    }

    fn replace(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let temporary = self.root.join(format!(".{name}.tmp"));
        fs::write(&temporary, content)?;
        fs::rename(temporary, self.root.join(name))
    }

    fn replace_durably(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let temporary = self.root.join(format!(".{name}.durable.tmp"));
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
        self.mmap.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let mut state = self.state();
        if belongs(path, &state.pinned) {
            state.deferred.insert(path.to_owned());
            return Ok(());
        }
        state.synced.remove(path);
        drop(state);
        self.mmap.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.mmap.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        match OpenOptions::new().write(true).create_new(true).open(self.root.join(path)) {
            Ok(file) => Ok(BufWriter::new(Box::new(Unsynced(file)))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(OpenWriteError::FileAlreadyExists(path.to_owned()))
            }
            Err(error) => Err(OpenWriteError::wrap_io_error(error, path.to_owned())),
        }
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if path != Path::new(MANAGED) {
            return self.mmap.atomic_read(path);
        }
        let mut state = self.state();
        if let Some(managed) = &state.managed {
            return Ok(managed.clone());
        }
        let wrap = |error| OpenReadError::wrap_io_error(error, path.to_owned());
        let mut files = names(&self.root).map_err(wrap)?;
        files.retain(|name| is_tantivys(name));
        let managed = serde_json::to_vec(&files).map_err(|error| wrap(error.into()))?;
        state.managed = Some(managed.clone());
        Ok(managed)
    }

    fn atomic_write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        match path.to_str() {
            Some(MANAGED) => {
                self.state().managed = Some(content.to_vec());
                Ok(())
            }
            Some(name) => self.replace(name, content),
            None => Err(io::ErrorKind::InvalidInput.into()),
        }
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

/// A file that ends without waiting for the disk.
struct Unsynced(File);

impl Write for Unsynced {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        self.0.write(content)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl TerminatingWrite for Unsynced {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.0.flush()
    }
}
