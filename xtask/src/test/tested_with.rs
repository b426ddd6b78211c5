//! `docs/tested-with.md`: what passed, and with which version.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use anyhow::Context as _;

use crate::process::read;
use crate::terminal::say;

const PATH: &str = "docs/tested-with.md";

/// Written above the table.
const HEAD: &str = "\
# Tested with

`cargo xtask test --services all` starts these servers one after another, runs the tests of their adapter against each (the
port's contract suite, and what is the adapter's own), and writes this page. A version is what the server said of itself.
What is not listed did not pass, or was not there.

| Server | Version | Tests passed | Last run |
|---|---|---|---|
";

/// A service whose tests passed, all of them.
pub(super) struct Tested {
    pub(super) service: &'static str,
    pub(super) version: String,
    pub(super) passed: u64,
}

pub(super) fn write(all: &[Tested]) -> anyhow::Result<()> {
    let today = read(Command::new("date").arg("+%Y-%m-%d"))?;
    let text = page(all, today.trim())?;
    fs::write(crate::root().join(PATH), text).with_context(|| format!("cannot write {PATH}"))?;
    say(&format!("test: wrote {PATH}"));
    Ok(())
}

fn page(all: &[Tested], today: &str) -> anyhow::Result<String> {
    let mut page = HEAD.to_owned();
    for Tested { service, version, passed } in all {
        writeln!(page, "| {service} | {version} | {passed} | {today} |")?;
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::{HEAD, Tested, page};

    #[test]
    fn every_service_that_passed_has_a_line() {
        let passed = [Tested { service: "valkey", version: "8.1.1".to_owned(), passed: 12 }];

        let page = page(&passed, "2026-03-01").unwrap();

        assert_eq!(page, format!("{HEAD}| valkey | 8.1.1 | 12 | 2026-03-01 |\n"));
    }
}
