//! Compiled code on disk.
//!
//! **Invariant:** what is read from here is what this host has written. wasmtime runs it as it
//! stands, so each file carries a digest keyed by a secret of the folder, which only its owner can
//! read.

use std::fs::{self, DirBuilder, File};
use std::hash::{Hash as _, Hasher};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, Mac as _};
use rand::RngCore as _;
use repono_domain::Digest;
use sha2::Sha256;
use sha2::digest::Digest as _;
use tempfile::NamedTempFile;
use tracing::warn;
use wasmtime::Engine;

use super::child::COMPILING;

/// A folder of compiled code for one engine.
#[derive(Clone)]
pub(crate) struct Cache {
    folder: Arc<Path>,
    key: [u8; KEY_BYTES],
    /// What the code was made for: wasmtime's version, its settings, this processor.
    engine: [u8; 32],
}

/// A whole block of SHA-256.
const KEY_BYTES: usize = 64;
const SEAL_BYTES: usize = 32;
/// So many files are kept, the latest used.
const FILES: usize = 64;
/// A compiler that is older than this is no more: its folder was left behind.
const LEFT_BEHIND: Duration = Duration::from_hours(1);

impl Cache {
    pub(crate) fn open(folder: &Path, engine: &Engine) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        tidy(folder).unwrap_or_else(|error| complain(folder, &error));
        let mut hasher = Sha256Hasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self { folder: folder.into(), key: key(folder)?, engine: hasher.0.finalize().into() })
    }

    /// Code that was kept, if it is whole.
    pub(crate) fn read(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        let name = self.name(digest);
        let path = self.folder.join(&name);
        let file = fs::read(&path).inspect_err(|error| complain(&path, error)).ok()?;
        let (seal, code) = file.split_at_checked(SEAL_BYTES)?;
        if self.mac(&name, code).verify_slice(seal).is_ok() {
            touch(&path).unwrap_or_else(|error| complain(&path, &error));
            return Some(code.into());
        }
        warn!("{} is not as this server left it: it is discarded", path.display());
        fs::remove_file(&path).unwrap_or_else(|error| complain(&path, &error));
        None
    }

    /// Replaces the file at once, so that nobody reads half of it.
    pub(crate) fn write(&self, digest: &Digest, code: &[u8]) -> io::Result<()> {
        let name = self.name(digest);
        let seal = self.mac(&name, code).finalize().into_bytes();
        // Of the mode 0600.
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(&seal)?;
        file.write_all(code)?;
        file.as_file().sync_all()?;
        file.persist(self.folder.join(name))?;
        Ok(())
    }

    fn name(&self, digest: &Digest) -> PathBuf {
        let hash = Sha256::new().chain_update(digest.as_str()).chain_update(self.engine).finalize();
        Path::new(Digest::from_sha256(hash.into()).as_str()).with_extension("cwasm")
    }

    /// Over the name too, or one file could stand in for another.
    fn mac(&self, name: &Path, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new((&self.key).into());
        mac.update(name.as_os_str().as_encoded_bytes());
        mac.update(code);
        mac
    }
}

/// Notes that a file is in use.
fn touch(path: &Path) -> io::Result<()> {
    File::options().append(true).open(path)?.set_modified(now())
}

#[expect(clippy::disallowed_methods, reason = "the file system's clock is no one's to hold still")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// Removes what compilers that were killed have left, and all but the code used last.
fn tidy(folder: &Path) -> io::Result<()> {
    let mut code = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, modified) = (entry.path(), entry.metadata()?.modified()?);
        if path.extension().is_some_and(|extension| extension == "cwasm") {
            code.push((modified, path));
        } else if entry.file_name().as_encoded_bytes().starts_with(COMPILING.as_bytes())
            && modified.elapsed().is_ok_and(|age| age > LEFT_BEHIND)
        {
            fs::remove_dir_all(path)?;
        }
    }
    code.sort_unstable();
    let too_many = code.len().saturating_sub(FILES);
    code.into_iter().take(too_many).try_for_each(|(_, path)| fs::remove_file(path))
}

fn complain(path: &Path, error: &io::Error) {
    if error.kind() != ErrorKind::NotFound {
        warn!("{}: {error}", path.display());
    }
}

/// Reads the folder's secret, or makes one. Of two who make it, the first wins.
fn key(folder: &Path) -> io::Result<[u8; KEY_BYTES]> {
    let path = folder.join("key");
    if !path.try_exists()? {
        let mut file = NamedTempFile::new_in(folder)?;
        let mut secret = [0; KEY_BYTES];
        rand::rng().fill_bytes(&mut secret);
        file.write_all(&secret)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&path) {
            Err(error) if error.error.kind() != ErrorKind::AlreadyExists => return Err(error.error),
            _ => {}
        }
    }
    let mut key = [0; KEY_BYTES];
    File::open(&path)?.read_exact(&mut key)?;
    Ok(key)
}

/// Lets wasmtime hash its settings with more than 64 bits.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let hash = self.0.clone().finalize();
        hash.iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn opened() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache =
            Cache::open(&folder.path().join("compiled"), &crate::engine::compiling().unwrap())
                .unwrap();
        (folder, cache)
    }

    #[test]
    fn what_was_kept_is_found_by_who_opens_the_folder_next() {
        let (folder, cache) = opened();
        let digest = Digest::from_sha256([7; 32]);

        cache.write(&digest, b"code").unwrap();

        let again =
            Cache::open(&folder.path().join("compiled"), &crate::engine::compiling().unwrap())
                .unwrap();
        assert_eq!(again.read(&digest).as_deref(), Some(&b"code"[..]));
        assert_eq!(again.read(&Digest::from_sha256([8; 32])), None);
    }

    #[test]
    fn a_file_that_somebody_changed_is_discarded() {
        let (_folder, cache) = opened();
        let digest = Digest::from_sha256([7; 32]);
        cache.write(&digest, b"code").unwrap();
        let path = cache.folder.join(cache.name(&digest));
        let mut file = fs::read(&path).unwrap();
        *file.last_mut().unwrap() ^= 1;
        fs::write(&path, file).unwrap();

        let found = cache.read(&digest);

        assert_eq!(found, None);
        assert!(!path.exists());
    }

    #[test]
    fn a_file_under_another_name_is_discarded() {
        let (_folder, cache) = opened();
        let (one, other) = (Digest::from_sha256([7; 32]), Digest::from_sha256([8; 32]));
        cache.write(&one, b"code").unwrap();

        fs::rename(cache.folder.join(cache.name(&one)), cache.folder.join(cache.name(&other)))
            .unwrap();

        assert_eq!(cache.read(&other), None);
    }

    #[test]
    fn what_was_used_last_is_kept_and_what_a_killed_compiler_left_is_not() {
        let (folder, cache) = opened();
        let aged = |path: &Path, hours: u64| {
            let then = now() - Duration::from_hours(hours);
            File::open(path).unwrap().set_modified(then).unwrap();
        };
        let digests: Vec<_> = (0..=64).map(|n| Digest::from_sha256([n; 32])).collect();
        for (hours, digest) in (1..).zip(&digests) {
            cache.write(digest, b"code").unwrap();
            aged(&cache.folder.join(cache.name(digest)), hours);
        }
        let oldest = &digests[FILES];
        cache.read(oldest).unwrap();
        let (left, running) = (cache.folder.join("compile-a"), cache.folder.join("compile-b"));
        fs::create_dir(&left).unwrap();
        fs::create_dir(&running).unwrap();
        aged(&left, 2);

        let cache =
            Cache::open(&folder.path().join("compiled"), &crate::engine::compiling().unwrap())
                .unwrap();

        assert!(cache.read(oldest).is_some(), "it was used just now");
        assert!(cache.read(&digests[FILES - 1]).is_none(), "it was used longest ago");
        assert!(cache.read(&digests[FILES - 2]).is_some());
        assert!(!left.exists() && running.exists());
    }

    #[test]
    fn nobody_else_can_read_the_folder() {
        let (_folder, cache) = opened();
        cache.write(&Digest::from_sha256([7; 32]), b"code").unwrap();

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;

        assert_eq!(mode(&cache.folder), 0o700);
        for entry in fs::read_dir(&cache.folder).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }
}
