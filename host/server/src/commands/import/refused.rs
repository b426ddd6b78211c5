//! Documents that were refused: to a file, or the first few to whoever looks on.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::commands::show;
use crate::output;

/// Told without a file.
const TOLD: u64 = 10;

pub(super) struct Refused {
    file: Option<(PathBuf, BufWriter<File>)>,
    count: u64,
}

#[derive(serde::Serialize)]
struct Entry<'a> {
    line: u64,
    errors: &'a Value,
    document: Option<&'a RawValue>,
    /// What is no JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl Refused {
    pub(super) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let open = |path: &Path| {
            let file = File::create(path)
                .with_context(|| format!("{} cannot be written", path.display()))?;
            anyhow::Ok((path.to_owned(), BufWriter::new(file)))
        };
        Ok(Self { file: path.map(open).transpose()?, count: 0 })
    }

    pub(super) fn push(
        &mut self,
        number: u64,
        errors: &Value,
        document: &[u8],
    ) -> anyhow::Result<()> {
        self.count += 1;
        let Some((path, file)) = &mut self.file else {
            match self.count {
                count if count <= TOLD => {
                    output::note(format!("line {number} was refused: {}", reasons(errors)));
                }
                count if count == TOLD + 1 => output::note(
                    "more were refused: --refused FILE keeps them all with their reasons",
                ),
                _ => {}
            }
            return Ok(());
        };
        let raw: Option<&RawValue> = serde_json::from_slice(document).ok();
        let text = raw.is_none().then(|| String::from_utf8_lossy(document).into_owned());
        let line = serde_json::to_string(&Entry { line: number, errors, document: raw, text })?;
        writeln!(file, "{line}").with_context(|| format!("{} cannot be written", path.display()))
    }

    pub(super) fn close(self) -> anyhow::Result<()> {
        let Some((path, mut file)) = self.file else { return Ok(()) };
        file.flush().with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// `metadata.title: Missing data for required field.`
fn reasons(errors: &Value) -> String {
    let list = errors.as_array().map_or(&[] as &[Value], Vec::as_slice);
    let one = |error: &Value| {
        let messages = show::text(error, "/messages");
        match error.get("field").and_then(Value::as_str) {
            Some("") | None => messages,
            Some(field) => format!("{field}: {messages}"),
        }
    };
    list.iter().map(one).collect::<Vec<_>>().join("; ")
}
