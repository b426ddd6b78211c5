//! Rules of `migrations/README.md` that a program can see.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::files;

pub(super) fn check() -> anyhow::Result<()> {
    let mut problems = Vec::new();
    let migrations = crate::root().join("migrations");
    for dialect in fs::read_dir(&migrations).context("cannot read migrations")? {
        let dialect = dialect?.path();
        if dialect.is_dir() {
            problems.extend(of_dialect(&dialect)?);
        }
    }
    ensure!(problems.is_empty(), "{}", problems.join("; "));
    Ok(())
}

fn of_dialect(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    for (place, path) in files::under(folder)?.iter().enumerate() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let number = name.split_once('_').and_then(|(number, _)| number.parse().ok());
        if number != Some(place + 1) {
            problems.push(format!(
                "{}: number {:04} is missing or taken twice before it",
                files::shown(path),
                place + 1
            ));
        }
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        problems.extend(
            unexplained(&text)
                .into_iter()
                .map(|line| format!("{}: no comment says why: {line}", files::shown(path))),
        );
    }
    Ok(problems)
}

/// Tables and indices without a comment right before them.
fn unexplained(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut before = "";
    for line in text.lines() {
        let statement = line.to_ascii_lowercase();
        let creates = statement.starts_with("create ")
            && (statement.contains(" table ") || statement.contains(" index "));
        if creates && !before.starts_with("--") {
            found.push(line);
        }
        before = line;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::unexplained;

    #[test]
    fn a_table_without_a_reason_is_named() {
        let text = "-- Works.\ncreate table parents (\n  id text\n);\n\ncreate index parents_owner on parents (owner);\n";

        assert_eq!(unexplained(text), ["create index parents_owner on parents (owner);"]);
    }
}
