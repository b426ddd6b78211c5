//! `pgbench`, PostgreSQL's own load.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::folder;
use crate::load::CLIENTS;

/// Where Debian puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// How long a load goes on.
pub(super) enum Until {
    /// So many transactions have been carried out.
    Transactions(usize),
    /// So many seconds have passed.
    Seconds(u64),
}

/// Transactions a second of [`CLIENTS`] clients that each run `script` again and again.
pub(super) fn run(database: &str, script: &str, until: &Until) -> anyhow::Result<f64> {
    let path = folder::scratch()?.join("pgbench.sql");
    std::fs::write(&path, script).with_context(|| path.display().to_string())?;
    let limit = match until {
        Until::Transactions(count) => ["-t".to_owned(), count.div_ceil(CLIENTS).to_string()],
        Until::Seconds(seconds) => ["-T".to_owned(), seconds.to_string()],
    };
    let output = Command::new(program()?)
        .args(["-n", "-M", "prepared", "-j", "2", "-c", &CLIENTS.to_string()])
        .args(limit)
        .arg("-f")
        .arg(&path)
        .arg(database)
        .output()
        .context("cannot run pgbench")?;
    let told = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "pgbench ended with {}: {error}", output.status);
    let rate = told.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
    rate.context("pgbench told no rate")?.parse().context("pgbench told no number")
}

/// The newest there is, or what the path leads to.
fn program() -> anyhow::Result<PathBuf> {
    let mut found = Vec::new();
    for version in std::fs::read_dir(VERSIONS).into_iter().flatten() {
        let program = version?.path().join("bin/pgbench");
        if program.exists() {
            found.push(program);
        }
    }
    found.sort();
    Ok(found.pop().unwrap_or_else(|| PathBuf::from("pgbench")))
}
