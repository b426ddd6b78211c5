//! All that the program writes for people and scripts: results on stdout, the rest on stderr.
//!
//! Nobody reading any more is no error: `repono export … | head` just ends.

use std::io::{self, Write as _};

use serde_json::Value;

/// A line of a result.
pub(crate) fn line(text: impl AsRef<str>) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{}", text.as_ref())
}

/// A result as it stands.
pub(crate) fn raw(text: &str) -> io::Result<()> {
    io::stdout().lock().write_all(text.as_bytes())
}

/// A result as one JSON document.
pub(crate) fn json(value: &Value) -> io::Result<()> {
    line(format!("{value:#}"))
}

/// A remark to whoever looks on.
pub(crate) fn note(text: impl AsRef<str>) {
    writeln!(io::stderr().lock(), "{}", text.as_ref()).unwrap_or_default();
}

/// Rows under headings, each column as wide as it must be.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([headings.get(column).map_or(0, |heading| heading.len())]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let print = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        line(padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    print(&mut headings.iter().copied())?;
    rows.iter().try_for_each(|row| print(&mut row.iter().map(String::as_str)))
}
