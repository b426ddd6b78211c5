//! Format, lints and documentation of the Rust code.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::all;
use crate::process::run;
use crate::terminal::say;
use crate::workspaces::Workspace;

pub(super) fn format() -> anyhow::Result<()> {
    all(Workspace::ALL.map(|workspace| run(workspace.cargo().args(["fmt", "--all", "--check"]))))
}

/// A warning is a failure here, but not to the compiler: it would not look at what depends on the
/// crate that has one.
pub(super) fn clippy() -> anyhow::Result<()> {
    all(Workspace::ALL.map(|workspace| {
        let mut cargo = workspace.cargo();
        cargo.args(["clippy", "--quiet", "--workspace", "--all-targets", "--all-features"]);
        cargo.args(["--keep-going", "--message-format", "json"]);
        lint(&mut cargo).with_context(|| format!("the lints of {}", workspace.name()))
    }))
}

fn lint(cargo: &mut Command) -> anyhow::Result<()> {
    let output = cargo.stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    let messages = String::from_utf8(output.stdout).context("cargo's messages are not text")?;
    // A library is looked at twice, once with its tests.
    let complaints: BTreeSet<String> = messages.lines().filter_map(complaint).collect();
    for complaint in &complaints {
        say(complaint);
    }
    ensure!(complaints.is_empty(), "clippy has {} complaints", complaints.len());
    ensure!(output.status.success(), "clippy ended with {}", output.status);
    Ok(())
}

/// Reads one message of cargo; most are of other things.
fn complaint(message: &str) -> Option<String> {
    let message: Value = serde_json::from_str(message).ok()?;
    let diagnostic = message.get("message")?;
    // Not those that only sum up: `3 warnings emitted`.
    diagnostic["spans"].as_array().filter(|spans| !spans.is_empty())?;
    Some(diagnostic["rendered"].as_str()?.to_owned())
}

/// With all features, as texts refer to the contract suites. The guests of the tests have no
/// documentation that anyone would open.
pub(super) fn docs() -> anyhow::Result<()> {
    all([Workspace::Host, Workspace::Plugins].map(|workspace| {
        let mut cargo = workspace.cargo();
        cargo.args(["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"]);
        run(cargo.args(["--all-features", "--keep-going"]).env("RUSTDOCFLAGS", "-D warnings"))
    }))
}

#[cfg(test)]
mod tests {
    use super::complaint;

    #[test]
    fn what_the_compiler_says_of_a_place_is_a_complaint() {
        let message = r#"{"reason":"compiler-message","message":{"level":"warning","spans":[{}],"rendered":"warning: unused"}}"#;

        assert_eq!(complaint(message).as_deref(), Some("warning: unused"));
    }

    #[test]
    fn sums_and_other_messages_are_none() {
        let sum = r#"{"reason":"compiler-message","message":{"level":"warning","spans":[],"rendered":"1 warning emitted"}}"#;

        assert_eq!(complaint(sum), None);
        assert_eq!(complaint(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
