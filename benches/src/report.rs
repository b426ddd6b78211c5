//! The table in `benches/README.md`.
//!
//! Rows of measurements that did not run this time stay as they are, each with its own date.

use std::path::Path;

use anyhow::Context as _;

use crate::{Measurement, machine};

const BEGIN: &str = "<!-- bench: begin -->";
const END: &str = "<!-- bench: end -->";
const HEAD: [&str; 2] = [
    "| Name | What | Repono | Beside | Ratio | Target | Met | Where and when |",
    "|---|---|---|---|---|---|---|---|",
];

/// One line of the table.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) ours: String,
    pub(crate) beside: String,
    pub(crate) ratio: String,
    pub(crate) target: String,
    /// None: there was nothing to measure it by.
    pub(crate) is_met: Option<bool>,
}

impl Row {
    /// What could not be measured, and why.
    pub(crate) fn skipped(what: &str, why: &str) -> Self {
        let nothing = || "–".to_owned();
        Self {
            what: what.to_owned(),
            ours: why.to_owned(),
            beside: nothing(),
            ratio: nothing(),
            target: nothing(),
            is_met: None,
        }
    }

    fn line(&self, name: Measurement) -> String {
        let met = match self.is_met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "–",
        };
        let Self { what, ours, beside, ratio, target, .. } = self;
        let place = format!("{}, {}", machine::facts(), machine::today());
        format!("| {name} | {what} | {ours} | {beside} | {ratio} | {target} | {met} | {place} |")
    }
}

/// Prints rows, and puts them in the place of those that the file had of this measurement.
pub(crate) fn add(file: &Path, name: Measurement, rows: &[Row]) -> anyhow::Result<()> {
    let lines: Vec<String> = rows.iter().map(|row| row.line(name)).collect();
    for line in &lines {
        print(line);
    }
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let text = replaced(&text, name, lines)
        .with_context(|| format!("{} has no {BEGIN} … {END}", file.display()))?;
    std::fs::write(file, text).with_context(|| file.display().to_string())
}

fn replaced(text: &str, name: Measurement, lines: Vec<String>) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (block, after) = rest.split_once(END)?;
    let mut rows: Vec<(Measurement, String)> = block
        .lines()
        .filter_map(|line| Some((measurement(line)?, line.to_owned())))
        .filter(|(of, _)| *of != name)
        .collect();
    rows.extend(lines.into_iter().map(|line| (name, line)));
    rows.sort_by_key(|(of, _)| *of);
    let rows: Vec<String> = rows.into_iter().map(|(_, line)| line).collect();
    Some(format!("{before}{BEGIN}\n{}\n{}\n{END}{after}", HEAD.join("\n"), rows.join("\n")))
}

/// Whose row it is.
fn measurement(line: &str) -> Option<Measurement> {
    let name = line.strip_prefix("| ")?.split(' ').next()?;
    clap::ValueEnum::from_str(name, false).ok()
}

/// Says how things are going.
#[expect(clippy::print_stderr, reason = "the person at the terminal waits")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

#[expect(clippy::print_stdout, reason = "it is what was asked for")]
pub(crate) fn print(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_other_measurements_stay() {
        let text = format!(
            "# Title\n{BEGIN}\n{}\n| import | old |\n| swap | old |\n{END}\nEnd\n",
            HEAD.join("\n")
        );

        let text =
            replaced(&text, Measurement::Import, vec!["| import | new |".to_owned()]).unwrap();

        let expected = format!(
            "# Title\n{BEGIN}\n{}\n| import | new |\n| swap | old |\n{END}\nEnd\n",
            HEAD.join("\n")
        );
        assert_eq!(text, expected);
    }
}
