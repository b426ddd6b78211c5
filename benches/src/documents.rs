//! The documents that it is measured with.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use anyhow::Context as _;
use flate2::bufread::MultiGzDecoder;
use serde_json::Value;

/// 4,231 records of a portal, one a line.
pub(crate) fn file() -> PathBuf {
    crate::root().join("tests/fixtures/records.ndjson.gz")
}

/// Their texts.
pub(crate) fn all() -> anyhow::Result<Vec<String>> {
    let path = file();
    let file = File::open(&path).with_context(|| path.display().to_string())?;
    let lines = BufReader::new(MultiGzDecoder::new(BufReader::new(file))).lines();
    lines.collect::<Result<_, _>>().with_context(|| path.display().to_string())
}

/// Some of them, from everywhere in the file.
pub(crate) fn some(count: usize) -> anyhow::Result<Vec<String>> {
    let all = all()?;
    let step = (all.len() / count).max(1);
    Ok(all.into_iter().step_by(step).take(count).collect())
}

/// The value of a text that is known to be an object with an `id`.
pub(crate) fn id(json: &[u8]) -> anyhow::Result<String> {
    let value: Value = serde_json::from_slice(json)?;
    value["id"].as_str().map(str::to_owned).context("a record without an id")
}
