//! The data folder, from outside.

use std::path::Path;

use indicatif::HumanBytes;

use super::check::Check;
use crate::app::{COMPILED, DataDir, ServerFile};
use crate::config::Config;

pub(super) fn checks(config: &Config) -> Vec<Check> {
    let folder = &config.data.dir;
    if !folder.exists() {
        let advice = "`repono serve` makes it; if there should be one, look at --data and data.dir";
        return vec![Check::warning(
            "data folder",
            format!("{} is not there yet", folder.display()),
            advice,
        )];
    }
    vec![rights(folder), space(folder, config.data.warn_free_bytes), lock(folder), compiled(folder)]
}

fn rights(folder: &Path) -> Check {
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    match written {
        Ok(()) => Check::ok("data folder", format!("{} can be written to", folder.display())),
        Err(error) => {
            let advice = "give it to the user who runs the server, on a disk with room that is mounted for writing";
            Check::wrong(
                "data folder",
                format!("{} cannot be written to: {error}", folder.display()),
                advice,
            )
        }
    }
}

fn space(folder: &Path, warn_bytes: u64) -> Check {
    let disk = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk,
        Err(error) => {
            return Check::warning(
                "free space",
                format!("it cannot be told: {error}"),
                "look with `df`",
            );
        }
    };
    let free_bytes = disk.f_bavail.saturating_mul(disk.f_frsize);
    let found = format!("{} free", HumanBytes(free_bytes));
    if free_bytes < warn_bytes {
        return Check::warning(
            "free space",
            found,
            "make room: what cannot be stored is refused, and merging an index takes as much again",
        );
    }
    Check::ok("free space", found)
}

fn lock(folder: &Path) -> Check {
    match (DataDir::holder(folder), ServerFile::read(folder)) {
        (Some(_), Some(server)) => Check::ok(
            "lock",
            format!("a server runs on it: process {} at {}", server.pid, server.url),
        ),
        (Some(owner), None) => Check::warning(
            "lock",
            format!("`repono {}` (process {}) works on it", owner.purpose, owner.pid),
            "wait until it is done",
        ),
        (None, _) => Check::ok("lock", "no server runs on it"),
    }
}

/// What is compiled need not be compiled at the next start.
fn compiled(folder: &Path) -> Check {
    let name = "compiled code";
    let entries = match std::fs::read_dir(folder.join(COMPILED)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Check::ok(name, "no plugin has been compiled yet");
        }
        Err(error) => {
            return Check::wrong(
                name,
                format!("it cannot be read: {error}"),
                "give the folder to the user who runs the server",
            );
        }
    };
    let sizes = entries.filter_map(|entry| entry.ok()?.metadata().ok()).map(|file| file.len());
    let size_bytes: u64 = sizes.sum();
    Check::ok(name, format!("{} of compiled plugins", HumanBytes(size_bytes)))
}
