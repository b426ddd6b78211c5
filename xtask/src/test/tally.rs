//! Counting what became of tests.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::terminal;

/// Shows the output as it comes, and counts.
pub(super) fn count(command: &mut Command) -> anyhow::Result<(Tally, bool)> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("cargo has no output")?;
    let mut tally = Tally::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        terminal::print(&line);
        tally.add(&Tally::of_line(&line));
    }
    Ok((tally, child.wait()?.success()))
}

/// What became of the tests.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) ignored: u64,
}

impl Tally {
    /// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`; other lines count nothing.
    fn of_line(line: &str) -> Self {
        let Some(result) = line.strip_prefix("test result: ") else { return Self::default() };
        let number = |label: &str| {
            let before = result.split(label).next().filter(|before| before.len() < result.len());
            before.and_then(|before| before.split_whitespace().last()?.parse().ok()).unwrap_or(0)
        };
        Self { passed: number(" passed"), failed: number(" failed"), ignored: number(" ignored") }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn results_are_counted() {
        let line = "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s";

        assert_eq!(Tally::of_line(line), Tally { passed: 12, failed: 2, ignored: 1 });
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(Tally::of_line("test a_test ... ok"), Tally::default());
        assert_eq!(Tally::of_line("test result: "), Tally::default());
    }
}
