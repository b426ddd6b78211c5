//! Running other programs.

use std::process::Command;

use anyhow::{Context as _, ensure};

/// Cargo as the project's toolchain has it.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(crate::root());
    cargo
}

/// Runs a program whose output people see as it comes.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    ensure!(status.success(), "`{}` ended with {status}", shown(command));
    Ok(())
}

/// Runs a program and answers what it wrote.
pub(crate) fn read(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot start {}", shown(command)))?;
    ensure!(
        output.status.success(),
        "`{}` ended with {}: {}{}",
        shown(command),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim(),
        // Where some programs write their errors.
        String::from_utf8_lossy(&output.stdout).trim()
    );
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` did not write text", shown(command)))
}

/// As one would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
