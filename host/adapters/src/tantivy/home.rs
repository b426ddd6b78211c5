//! The folder of one index: its definition, its files, and a mark that says it is being written.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use repono_service::ports::{IndexDefinition, IndexName};
use serde::{Deserialize, Serialize};

const DEFINITION: &str = "definition.json";
const MARK: &str = "being-written";
const REMOVED: &str = ".removed-";

/// Of the way documents are laid out. An index of another format is made anew, and empty.
const FORMAT: u32 = 2;

#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    definition: IndexDefinition,
}

/// What is known of an index before its files are looked at.
pub(super) enum Found {
    /// An index.
    Index(IndexDefinition),
    /// An index of another format.
    Outdated(IndexDefinition),
    /// A folder that is not one.
    Nothing,
}

/// Where an index is. `None` if the name cannot be a folder's.
pub(super) fn folder(dir: &Path, index: &IndexName) -> Option<PathBuf> {
    let name = index.0.as_str();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits =
        (1..=200).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(allowed);
    fits.then(|| dir.join(name))
}

/// Names of the indices in a directory; what a removal left behind is cleared away.
pub(super) fn list(dir: &Path) -> io::Result<Vec<IndexName>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with(REMOVED) {
            fs::remove_dir_all(entry.path())?;
        } else if entry.path().join(DEFINITION).exists() {
            names.push(IndexName(name));
        }
    }
    names.sort();
    Ok(names)
}

/// Reads what [`make`] wrote.
pub(super) fn look(folder: &Path) -> Found {
    let stored = fs::read(folder.join(DEFINITION))
        .ok()
        .and_then(|text| serde_json::from_slice::<Stored>(&text).ok());
    match stored {
        Some(Stored { format: FORMAT, definition }) => Found::Index(definition),
        Some(Stored { definition, .. }) => Found::Outdated(definition),
        None => Found::Nothing,
    }
}

/// Makes the folder of an index, in place of what is there.
pub(super) fn make(folder: &Path, definition: &IndexDefinition) -> io::Result<()> {
    clear(folder)?;
    fs::create_dir_all(folder)?;
    let stored =
        serde_json::to_vec_pretty(&Stored { format: FORMAT, definition: definition.clone() })?;
    durably(folder, DEFINITION, &stored)
}

/// Removes an index: at once for those who look, then file by file.
pub(super) fn clear(folder: &Path) -> io::Result<()> {
    let Some((parent, name)) = folder.parent().zip(folder.file_name()) else { return Ok(()) };
    let aside = parent.join(format!("{REMOVED}{}", name.to_string_lossy()));
    remove_all(&aside)?;
    match fs::rename(folder, &aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        renamed => renamed?,
    }
    remove_all(&aside)
}

fn remove_all(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether the index was being written when the machine went down. A process that ended alone has
/// lost nothing: the operating system still had its files.
pub(super) fn may_have_lost(folder: &Path) -> bool {
    match fs::read_to_string(folder.join(MARK)) {
        Ok(boot) => boot.is_empty() || boot != current_boot(),
        Err(_) => false,
    }
}

/// Marks the index as being written. A mark of before stays: what was lost then is still lost.
pub(super) fn mark(folder: &Path) -> io::Result<()> {
    if folder.join(MARK).exists() {
        Ok(())
    } else {
        durably(folder, MARK, current_boot().as_bytes())
    }
}

/// Marks the index as having lost writes.
pub(super) fn mark_lost(folder: &Path) -> io::Result<()> {
    durably(folder, MARK, b"")
}

/// Takes the mark away.
pub(super) fn unmark(folder: &Path) -> io::Result<()> {
    match fs::remove_file(folder.join(MARK)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Differs after each start of the machine; empty where that is not told.
fn current_boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

fn durably(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let temporary = folder.join(format!(".{name}.tmp"));
    let mut file = File::create(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(temporary, folder.join(name))?;
    File::open(folder)?.sync_all()
}
